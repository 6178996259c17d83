-- names: quotes, Unicode, keywords, 63 bytes, what looks like a number, and in which order they come.
create type "Mood's" as enum ('a''b', 'c"d', 'both '' and "', 'new
line', 'back\slash', 'tab	', '', 'ünï', '日本', '😀', 'class', 'a|b', '`tick`');
create type "größen" as enum ('klein', 'groß');
create type "123" as enum ('1', '2');
create type _private as enum ('hidden');
create type "type" as ("it's" text, "a ""q""" int, "größe" "größen", "1" "123", "class" int, _x int);
create table "Table" (id int primary key);
create table "table" (id int primary key, "Table" int references "Table");
create table "order" ("select" int primary key, "from" text, "class" text, "default" text, "in" text, "case" text, "constructor" text, "__proto__" text);
create table "größe" ("größe" int primary key, "日本語" text, "ℌ" int, "a·b" int, "²" int, "ª" int, "𝒳" int, "x😀" int, "a‿b" int, "·x" int, "ⅷ" int, "℘" int, "゛" int, "a٣" int);
create table "quo""te's" ("a""b" int, "c'd" int, "e""f'g" int, "back\slash" int, "new
line" int, "tab	" int, "tick`" int, "$dollar" int, "a$" int, " space " int, "a.b" int, "a-b" int, "1" int, "1a" int, "0x1" int, "1e5" int, "-1" int);
create table "1" (id int);
create table "a.b" ("c" int primary key);
create table sixty_three_characters_are_the_most_that_a_name_may_have_in_pos (
  and_that_is_so_for_the_names_of_columns_as_well_which_can_be_lo json not null,
  and_that_is_so_for_the_names_of_columns_as_well_which_can_be_l2 "Mood's",
  and_that_is_so_for_the_names_of_columns_as_well_which_can_be_l3 text[],
  and_that_is_so_for_the_names_of_columns_as_well_which_can_be_l4 "größen"[] not null,
  and_that_is_so_for_the_names_of_columns_as_well_which_can_be_l5 "type",
  and_that_is_so_for_the_names_of_columns_as_well_which_can_be_l6 int references "größe" ("größe"),
  p _private, ps _private[]);
create table sorted (a int, "A" int, b int, "B" int, "ä" int, "Ä" int, "a_b" int, "a b" int, "ab" int, "aB" int, "a1" int, "a10" int, "a2" int, "ß" int, ss int, z int, "Ω" int, "я" int, "あ" int, _a int, "é" int, e int, f int, "e2" int, "-" int, "$" int, "#" int, "日" int, "æ" int, ae int, "Å" int, "œ" int, "İ" int, "ı" int, i int);
create table "日本語のとても長いテーブル名" ("漢字の列の名前がとても長い場合" "größen", "別の列" "Mood's"[], other text[] not null);
create function "fünktion's"("argümént" int, "it's ""it""" text, "class" "größen") returns "Table" language sql as 'select * from "Table"';
create function "order"("order") returns text language sql as $$ select 'x' $$;
create function of_quoted("quo""te's") returns setof "quo""te's" language sql as $$ select * from "quo""te's" $$;
create view "sélect" as select "größe" as "Größe" from "größe";
