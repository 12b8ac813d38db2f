// Swagger UI on the document of this service. Dark is a class of its own style sheet, and follows the reader's system.
const dark = matchMedia("(prefers-color-scheme: dark)");
const shade = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", shade);
shade();

const { apis } = SwaggerUIBundle.presets;
SwaggerUIBundle({
  url: document.getElementById("docs").dataset.document,
  dom_id: "#docs",
  deepLinking: true,
  defaultModelsExpandDepth: -1,
  presets: [apis],
});
