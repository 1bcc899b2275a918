Scalar.createApiReference("#reference", {
  sources: [
    { title: "Catalogue", slug: "catalog", url: "/api/catalog/openapi.json", default: true },
    { title: "Proposals", slug: "proposals", url: "/api/proposals/openapi.json" },
    { title: "Notifications", slug: "notifications", url: "/api/notifications/openapi.json" },
    { title: "Accounts", slug: "identity", url: "/api/identity/openapi.json" },
  ],
  servers: [{ url: window.location.origin }],
  withDefaultFonts: false,
  telemetry: false,
  showDeveloperTools: "never",
  agent: { disabled: true },
  hideClientButton: true,
});
