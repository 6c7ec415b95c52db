import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { channel } from '#contract/schemas.ts';
import { matterClasses } from '#domain/factors/matters.ts';

export const discovery = flow({
  name: 'discovery',
  summary: 'What clients need before anybody logs in: health, settings, OpenAPI and the public signing keys.',
  secrets: ['signing'],
  carries: ['openapi.json'],
  routes: {
    health: {
      method: 'GET',
      path: '/v1/health',
      access: 'public',
      summary: 'Whether the function answers',
      answers: { 200: v.object({ status: v.literal('ok') }) },
    },
    config: {
      method: 'GET',
      path: '/v1/config',
      access: 'public',
      summary: 'Entries, document types, channels and numbers a client shows',
      answers: {
        200: v.object({
          entries: v.array(v.object({ code: v.string(), zh: v.string(), en: v.string() })),
          documentTypes: v.array(
            v.object({
              code: v.string(),
              zh: v.string(),
              en: v.string(),
              registration: v.picklist(['direct', 'office-first']),
            }),
          ),
          channels: v.array(v.object({ code: v.string(), zh: v.string(), download: v.optional(v.string()) })),
          matters: v.array(
            v.object({
              code: v.string(),
              zh: v.string(),
              class: v.picklist(matterClasses),
              validitySeconds: v.number(),
              needs: v.optional(v.string()),
              channels: v.array(channel),
            }),
          ),
          legacyUntil: v.nullable(v.string()),
          /** The data for the foot of the portal's pages. */
          site: v.optional(
            v.object({
              siteCode: v.optional(v.string()),
              icp: v.optional(v.string()),
              police: v.optional(v.string()),
              hotline: v.string(),
              hours: v.optional(v.object({ zh: v.string(), en: v.string() })),
              halls: v.optional(v.string()),
            }),
          ),
          /** Today's announcements for everybody. */
          announcements: v.array(
            v.object({
              kind: v.picklist(['maintenance', 'change', 'fraud']),
              zh: v.string(),
              en: v.string(),
            }),
          ),
          policies: v.record(v.string(), v.unknown()),
        }),
      },
    },
    openapi: {
      method: 'GET',
      path: '/v1/openapi.json',
      access: 'public',
      summary: 'This contract as OpenAPI 3.1',
      answers: { 200: v.record(v.string(), v.unknown()) },
    },
    jwks: {
      method: 'GET',
      path: '/.well-known/jwks.json',
      access: 'public',
      summary: 'Public keys that verify our tokens; two while keys rotate (TOK-03)',
      answers: { 200: v.object({ keys: v.array(v.record(v.string(), v.unknown())) }) },
    },
    openidConfiguration: {
      method: 'GET',
      path: '/.well-known/openid-configuration',
      access: 'public',
      summary: 'What single sign-on offers relying parties (OpenID Connect Discovery)',
      answers: { 200: v.record(v.string(), v.unknown()) },
    },
    oauthServer: {
      method: 'GET',
      path: '/.well-known/oauth-authorization-server',
      access: 'public',
      summary: 'The same as RFC 8414 asks for it',
      answers: { 200: v.record(v.string(), v.unknown()) },
    },
  },
});
