// smtp-server as the mail server of tests: options as JSON in the first argument, its port and what it is asked on stdout.
import { readFileSync } from 'node:fs';
import { SMTPServer } from 'smtp-server';

const asked = JSON.parse(process.argv[2]);
const say = (what) => process.stdout.write(`${what}\n`);
const refuse = (code, text) => Object.assign(new Error(text), { responseCode: code });

const server = new SMTPServer({
  name: 'mail.test',
  banner: 'ready when you are',
  logger: false,
  secure: asked.encrypted ?? false,
  hideSTARTTLS: asked.hideStarttls ?? false,
  disabledCommands: asked.disabled ?? [],
  authMethods: asked.methods ?? ['PLAIN', 'LOGIN'],
  authOptional: asked.loginOptional ?? false,
  allowInsecureAuth: asked.insecureLogin ?? false,
  cert: readFileSync(asked.certificate),
  key: readFileSync(asked.key),
  closeTimeout: 100,
  onAuth(auth, session, done) {
    say(`AUTH ${auth.method} ${session.secure ? 'encrypted' : 'plain'}`);
    if (auth.username === 'shop' && auth.password === 'pässword of the shop') done(null, { user: 'shop' });
    else done(refuse(535, '5.7.8 Error: authentication failed'));
  },
  onMailFrom(address, session, done) {
    say(`MAIL ${address.address}`);
    if (address.address.endsWith('@shop.test')) done();
    else done(refuse(553, '5.7.1 Sender address rejected: not owned by user'));
  },
  onRcptTo(address, session, done) {
    say('RCPT');
    done();
  },
  onData(stream, session, done) {
    say('DATA');
    stream.resume().on('end', done);
  },
  onClose() {
    say('closed');
  },
});
server.on('error', () => {});
const listening = server.listen(0, '127.0.0.1', () => say(`port ${listening.address().port}`));
