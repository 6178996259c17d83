-- schemas: several, empty ones, quoted ones, same names in two, and what is used of a schema that is not generated.
create schema app; create schema empty; create schema hidden; create schema "My Schema"; create schema "order"; create schema "größe";
create type public.mood as enum ('sad', 'glad');
create type app.mood as enum ('up', 'down');
create type hidden.mood as enum ('lost', 'found');
create type hidden.secret as enum ('one', 'two "quoted"', 'three');
create type hidden.single as enum ('one');
create type hidden.pair as (a int, b hidden.secret);
create type app.pair as (a int, b public.mood, c hidden.secret, d hidden.pair);
create table public.users (id int primary key, m public.mood, a app.mood, h hidden.mood);
create table app.users (id int primary key, owner int references public.users, m public.mood, a app.mood[]);
create table app.items (id int primary key, owner int references app.users);
create table hidden.things (id int primary key, owner int references public.users);
create table app.uses (
  s hidden.secret, ss hidden.secret[], one hidden.single not null, ones hidden.single[] not null, p hidden.pair, t hidden.things,
  u public.users, us app.users[], long_enough_to_break_the_line_at_eighty_columns hidden.secret[], and_this_one_is_even_longer_than_the_one_before_it_is hidden.secret);
create view app.over as select id, owner from app.users;
create view public.over_app as select id, owner from app.items;
create view hidden.over_app as select id from app.users;
create view app.over_hidden as select id from hidden.over_app;
create function app.returns_public() returns setof public.users language sql as 'select * from public.users';
create function app.returns_hidden() returns setof hidden.things language sql as 'select * from hidden.things';
create function app.secrets() returns setof hidden.secret language sql as $$ select 'one'::hidden.secret $$;
create function app.takes(s hidden.secret, m public.mood, p app.pair) returns hidden.secret[] language sql as 'select null::hidden.secret[]';
create function app.of_public(public.users) returns text language sql as $$ select 'x' $$;
create function public.of_app(app.users) returns app.items language sql as 'select * from app.items limit 1';
create table "My Schema".parents (id int primary key);
create table "My Schema".children (id int primary key references "My Schema".parents, other int references "My Schema".parents);
create view "My Schema".seen as select id, other from "My Schema".children;
create view "My Schema".parents_seen as select id from "My Schema".parents;
create table "order"."order" (id int primary key, "order" int references "order"."order");
create table "größe"."größe" (id int primary key, parent int references "größe"."größe");
create function "My Schema".f("My Schema".parents) returns "My Schema".children language sql as 'select * from "My Schema".children limit 1';
