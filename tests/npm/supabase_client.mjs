// Uses a stack as an application does, with @supabase/supabase-js. Input: one line of JSON with url, anonKey, serviceKey.
// Output: one line per step, `STEP ok`, or `STEP failed` and why.
import { createInterface } from 'node:readline';
import { createClient } from '@supabase/supabase-js';

const quiet = { auth: { persistSession: false, autoRefreshToken: false } };

function ensure(holds, why) {
  if (!holds) throw new Error(why);
}

async function value(asked) {
  const { data, error } = await asked;
  if (error) throw error;
  return data;
}

async function refusal(asked) {
  const { error } = await asked;
  ensure(error, 'it was not refused');
  return error;
}

function steps({ url, anonKey, serviceKey }) {
  const person = createClient(url, anonKey, quiet);
  const server = createClient(url, serviceKey, quiet);
  const login = { email: `someone-${Math.random()}@example.com`, password: 'correct-horse-1A!' };
  let made;
  return {
    signUp: async () => ensure((await value(person.auth.signUp(login))).session, 'no session'),
    signUpAgain: async () => ensure((await refusal(person.auth.signUp(login))).code === 'user_already_exists', 'code'),
    signInWithPassword: async () => value(person.auth.signInWithPassword(login)),
    wrongPassword: async () => ensure(
      (await refusal(createClient(url, anonKey, quiet).auth.signInWithPassword({ ...login, password: 'x' }))).code
        === 'invalid_credentials', 'code'),
    getUser: async () => ensure((await value(person.auth.getUser())).user.email === login.email, 'another user'),
    updateUser: async () => ensure(
      (await value(person.auth.updateUser({ data: { colour: 'blue' } }))).user.user_metadata.colour === 'blue', 'data'),
    refreshSession: async () => value(person.auth.refreshSession()),
    insertAsUser: async () => ensure(
      (await value(person.from('todos').insert({ task: 'water the plants' }).select().single())).id > 0, 'no id'),
    select: async () => ensure(
      (await value(person.from('todos').select('task').eq('task', 'water the plants'))).length > 0, 'no row'),
    update: async () => value(server.from('todos').update({ is_complete: true }).eq('task', 'water the plants')),
    remove: async () => value(server.from('todos').delete().eq('task', 'water the plants')),
    noSuchTable: async () => ensure((await refusal(person.from('nothing').select())).code === 'PGRST205', 'code'),
    createUser: async () => { made = (await value(server.auth.admin.createUser({
      email: `made-${Math.random()}@example.com`, password: login.password, email_confirm: true }))).user; },
    listUsers: async () => ensure((await value(server.auth.admin.listUsers())).users.length > 1, 'too few'),
    notAdmin: async () => ensure(
      (await refusal(createClient(url, anonKey, quiet).auth.admin.deleteUser(made.id))).status === 403, 'status'),
    deleteUser: async () => value(server.auth.admin.deleteUser(made.id)),
    createBucket: async () => value(server.storage.createBucket('plans', { public: false })),
    upload: async () => value(server.storage.from('plans').upload('a/b.txt', new Blob(['some text']),
      { contentType: 'text/plain' })),
    uploadTwice: async () => ensure(
      (await refusal(server.storage.from('plans').upload('a/b.txt', Buffer.from('x')))).statusCode === '409', 'code'),
    upsert: async () => value(server.storage.from('plans').upload('a/b.txt', Buffer.from('some more'),
      { contentType: 'text/plain', upsert: true })),
    download: async () => ensure(
      (await (await value(server.storage.from('plans').download('a/b.txt'))).text()) === 'some more', 'other bytes'),
    list: async () => ensure((await value(server.storage.from('plans').list('a')))[0].name === 'b.txt', 'not listed'),
    uploadAsUser: async () => ensure((await refusal(person.storage.from('plans').upload('c', Buffer.from('x'))))
      .message.includes('row-level security'), 'message'),
    removeObject: async () => ensure((await value(server.storage.from('plans').remove(['a/b.txt']))).length === 1, 'count'),
    deleteBucket: async () => value(server.storage.deleteBucket('plans')),
    invoke: async () => ensure((await value(person.functions.invoke('hello'))).includes('Hello'), 'another answer'),
    signOut: async () => ensure(!(await person.auth.signOut()).error, 'refused'),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  for (const [name, step] of Object.entries(steps(JSON.parse(line)))) {
    try {
      await step();
      console.log(`${name} ok`);
    } catch (failed) {
      console.log(`${name} failed ${failed.code ?? ''} ${failed.message}`.replaceAll('\n', ' '));
    }
  }
}
process.exit(0);
