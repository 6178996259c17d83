// The official clients, exported from the folder that has them installed: programs elsewhere in the tree import this.
import { fileURLToPath } from 'node:url';

export { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
export { StdioClientTransport as StdioTransportV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
export { StreamableHTTPClientTransport as HttpTransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
export {
  CreateMessageRequestSchema, ElicitRequestSchema, ListRootsRequestSchema, LoggingMessageNotificationSchema,
  PromptListChangedNotificationSchema, ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
export { Client as ClientV2, StreamableHTTPClientTransport as HttpTransportV2 } from '@modelcontextprotocol/client';
export { StdioClientTransport as StdioTransportV2 } from '@modelcontextprotocol/client/stdio';
export { Ajv } from 'ajv';
export { default as Ajv2020 } from 'ajv/dist/2020.js';
export { default as addFormats } from 'ajv-formats';

const program = (path) => fileURLToPath(new URL(`node_modules/${path}`, import.meta.url));

/** The programs of the conformance suite that knows every version, of the stable one, and of the Inspector. */
export const conformanceSuite = program('conformance-next/dist/index.js');
export const stableConformanceSuite = program('conformance-stable/dist/index.js');
export const inspector = program('@modelcontextprotocol/inspector/clients/launcher/build/index.js');

/** The MCP server of Dokploy itself, as a client of its API. */
export const dokployServer = program('@dokploy/mcp/build/index.js');
