"""What is told of the interface: OpenAPI, and the page that shows it."""
