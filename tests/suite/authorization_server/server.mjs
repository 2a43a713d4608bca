// oidc-provider, a certified OpenID provider, on Microsoft's paths: PKCE is required, and one account signs in by itself.
//
// argv: tenant, client id, client secret, redirect URI, the certificate (PEM) of a second client, the second's id.
// Prints its port, and serves until standard input ends.

import { createPublicKey } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const modules = process.env.REGRANT_NODE_MODULES ?? join(import.meta.dirname, 'node_modules');
const require = createRequire(join(modules, 'regrant.js'));
const { default: Provider, interactionPolicy } = await import(pathToFileURL(require.resolve('oidc-provider')));

const [tenant, client, secret, redirect, certificate, certified] = process.argv.slice(2);
const directory = 'https://graph.microsoft.com/Directory.Read.All';
const account = {
  sub: 'ada', oid: '6aa94233-4d2c-4945-8dfd-2d6a3b5d138f', tid: tenant, ver: '2.0',
  preferred_username: 'ada.administrator@contoso.onmicrosoft.com', wids: ['62e90394-69f5-4237-9190-012177145e10'],
};

const key = { ...createPublicKey(certificate).export({ format: 'jwk' }), use: 'sig', alg: 'PS256' };

const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const { port } = server.address();
const path = `/${tenant}`;

// Microsoft's page lets the person choose an account; oidc-provider learns that prompt here.
const policy = interactionPolicy.base();
policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0);

const shared = {
  redirect_uris: [redirect], grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
};
const provider = new Provider(`http://login.localhost:${port}${path}/v2.0`, {
  clients: [
    { ...shared, client_id: client, client_secret: secret, token_endpoint_auth_method: 'client_secret_post' },
    {
      ...shared, client_id: certified, jwks: { keys: [key] }, token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'PS256',
    },
  ],
  pkce: { required: () => true },
  conformIdTokenClaims: false,
  claims: { openid: Object.keys(account) },
  scopes: ['openid', 'profile', 'offline_access', directory],
  features: { devInteractions: { enabled: false } },
  enabledJWA: { clientAuthSigningAlgValues: ['PS256'] },
  findAccount: (_, id) => ({ accountId: id, claims: () => account }),
  issueRefreshToken: () => true,
  rotateRefreshToken: true,
  interactions: { policy, url: (_, interaction) => `/interaction/${interaction.uid}` },
  // What the person would accept on a consent page.
  loadExistingGrant: async ({ oidc }) => {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope(`openid profile offline_access ${directory}`);
    await grant.save();
    return grant;
  },
  routes: { authorization: '/oauth2/v2.0/authorize', token: '/oauth2/v2.0/token', jwks: '/discovery/v2.0/keys' },
  cookies: { keys: ['invented'] },
  ttl: { AccessToken: 4500, AuthorizationCode: 600, IdToken: 3600, RefreshToken: 86400, Session: 3600, Grant: 86400, Interaction: 600 },
});

const callback = provider.callback();
server.on('request', (request, response) => {
  if (request.url.startsWith('/interaction/')) {
    provider.interactionFinished(request, response, { login: { accountId: 'ada' }, select_account: {}, consent: {} }).catch((error) => {
      response.writeHead(500).end(String(error));
    });
    return;
  }
  // The provider knows its paths without the tenant; with `originalUrl` it writes them with it.
  request.originalUrl = request.url;
  if (request.url.startsWith(`${path}/`)) request.url = request.url.slice(path.length);
  // OpenID Connect gives refresh tokens only where consent is asked for (Core, section 11); Microsoft gives them without.
  request.url = request.url.replace('prompt=select_account', 'prompt=select_account%20consent');
  callback(request, response);
});

console.log(port);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
