// Reads env texts with the npm package dotenv, as Dokploy does: a JSON string on each line of standard input, for each a
// line with the object that it reads.
import { createInterface } from 'node:readline';
import dotenv from 'dotenv';

for await (const line of createInterface({ input: process.stdin }))
  if (line) console.log(JSON.stringify(dotenv.parse(JSON.parse(line))));
