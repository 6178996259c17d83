// What a careless or misled model could send to the read-only tool, and why it would hurt.
export const ATTACKS = [
  ['delete from orders', 'a plain write'],
  ['select 1; drop table orders', 'a second statement behind a harmless one'],
  ['commit; drop table orders', 'leaving the read-only transaction first'],
  ['with gone as (delete from orders returning *) select count(*) from gone', 'a write inside a SELECT'],
  ['explain analyze delete from orders', 'EXPLAIN that executes'],
  ["select set_config('transaction_read_only', 'off', false)", 'switching the protection off'],
  ['select purge_orders()', 'a function that writes with the rights of its owner'],
  ["select nextval('orders_id_seq')", 'a sequence moves even when the transaction is rolled back'],
  ["copy orders to program 'id'", 'a program on the server'],
  ["select pg_read_file('/etc/passwd')", "the server's files"],
  ['select rolname, rolpassword from pg_authid', 'password hashes'],
  ['select pg_terminate_backend(pid) from pg_stat_activity', "ending other people's sessions"],
  ['do $$ begin delete from orders; end $$', 'code in a block'],
  ['set role postgres', 'taking a stronger role'],
];
