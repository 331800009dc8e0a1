"""What the REST framework and the schema generator are told; read by the product's settings."""

REST = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "mainspring.web.api.auth.TokenAuthentication",
        "mainspring.web.api.auth.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["mainspring.web.api.limits.RateLimit"],
    "DEFAULT_RENDERER_CLASSES": ["mainspring.web.api.present.Renderer"],
    "DEFAULT_PARSER_CLASSES": ["mainspring.web.api.incoming.Parser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "mainspring.web.api.present.AlwaysJson",
    "EXCEPTION_HANDLER": "mainspring.web.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR = {
    "DESCRIPTION": "Everything the pages can do. Sign in with a bearer token (`mainspring token USER`).",
    "POSTPROCESSING_HOOKS": ["mainspring.web.api.schema.add_resources"],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "OAS_VERSION": "3.1.0",
    "SERVE_PUBLIC": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none", "filter": True},
}
API_CALLS_PER_MINUTE = 1200  # of one token or person in all processes; MAINSPRING_API_RATE sets another
