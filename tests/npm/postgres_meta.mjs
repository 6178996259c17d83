// The reference type generator, exported from the folder that has it installed.
import { fileURLToPath } from 'node:url';

export { default as CryptoJS } from 'crypto-js';

/** The program, and the folder that it has to be started in. */
export const postgresMetaFolder = fileURLToPath(new URL('node_modules/@supabase/postgres-meta', import.meta.url));
export const postgresMeta = `${postgresMetaFolder}/dist/server/server.js`;
