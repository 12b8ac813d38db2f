"""What people of the tests teach and learn."""

DIGITAL = (
    "social-media",
    "data-literacy",
    "generative-ai",
    "collaboration-tools",
    "remote-meetings",
    "employer-branding",
    "agile-working",
    "diversity",
    "cyber-hygiene",
    "the-web",
)
"""What the junior usually brings."""

EXPERIENCE = ("goal-setting", "business-plan", "vision", "negotiation", "career-paths", "stakeholders")
"""What the senior usually hands down."""
