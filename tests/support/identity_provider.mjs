// An OpenID Connect provider for tests, made of the package oidc-provider: what it is told stands in its one argument.
const told = JSON.parse(process.argv[2]);
const { default: Provider } = await import(`file://${told.package}/lib/index.js`);

const provider = new Provider(told.issuer, {
  clients: [told.client],
  claims: { openid: ["sub"], profile: ["name"], work: ["employee_id", "roles", "countries"] },
  conformIdTokenClaims: !told.all_in_token,
  jwks: told.keys,
  cookies: { keys: ["only tests know this"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...told.people[id] }) }),
});
provider.listen(told.port, "127.0.0.1", () => console.log("up"));
