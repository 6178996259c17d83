// The official clients, exported from the folder that has them installed: programs elsewhere in the tree import this.
export { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
export { StdioClientTransport as StdioTransportV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
export { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
export { Client as ClientV2 } from '@modelcontextprotocol/client';
export { StdioClientTransport as StdioTransportV2 } from '@modelcontextprotocol/client/stdio';
export { Ajv } from 'ajv';
export { default as Ajv2020 } from 'ajv/dist/2020.js';
export { default as addFormats } from 'ajv-formats';
