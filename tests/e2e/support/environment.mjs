// The environment of a developer's shell without what would configure the program under test.

const FOREIGN = /^(BASEKEEPER_|SUPABASE_|POSTGRES_|PG[A-Z]+$|DATABASE_URL$|XDG_)/;

export function cleanEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));
}
