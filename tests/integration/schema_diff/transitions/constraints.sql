-- Constraints of every type.
-- transition: primary_key_added
-- a
create table t (id int);
-- b
create table t (id int primary key);
-- transition: primary_key_changed_under_foreign_key
-- a
create table p (a int, b int, primary key (a), unique (b));
create table c (a int references p);
-- b
create table p (a int, b int, constraint p_pk primary key (b), unique (a));
create table c (a int references p (a));
-- transition: unique_added_and_dropped
-- a
create table t (a int unique, b int);
-- b
create table t (a int, b int, unique (a, b));
-- transition: unique_nulls_not_distinct_deferrable
-- a
create table t (a int, b int, constraint u unique (a), constraint v unique (b) deferrable);
-- b
create table t (a int, b int, constraint u unique nulls not distinct (a), constraint v unique (b) deferrable initially deferred);
-- transition: unique_with_include_and_options
-- a
create table t (a int, b int, constraint u unique (a));
-- b
create table t (a int, b int, constraint u unique (a) include (b) with (fillfactor = 60));
-- transition: unique_index_becomes_constraint
-- a
create table t (a int);
create unique index u on t (a);
-- b
create table t (a int, constraint u unique (a));
-- transition: check_changed
-- a
create table t (a int, constraint c check (a > 0), constraint d check (a < 10));
-- b
create table t (a int, constraint c check (a > 1), constraint e check (a < 10));
comment on constraint c on t is 'positive';
-- transition: check_validated
-- a
create table t (a int);
alter table t add constraint c check (a > 0) not valid;
-- b
create table t (a int, constraint c check (a > 0));
-- transition: check_no_inherit
-- a
create table t (a int, constraint c check (a > 0));
-- b
create table t (a int, constraint c check (a > 0) no inherit);
-- transition: check_calls_function
-- a
create function good(int) returns boolean language sql immutable as 'select $1 > 0';
create table t (a int check (good(a)));
-- b
create function better(int) returns boolean language sql immutable as 'select $1 > 1';
create table t (a int check (better(a)));
-- transition: foreign_key_actions
-- a
create table p (id int primary key);
create table c (p int, constraint f foreign key (p) references p (id));
-- b
create table p (id int primary key);
create table c (p int, constraint f foreign key (p) references p (id) on delete cascade on update set null);
-- transition: foreign_key_deferrable
-- a
create table p (id int primary key);
create table c (p int, constraint f foreign key (p) references p (id));
-- b
create table p (id int primary key);
create table c (p int, constraint f foreign key (p) references p (id) deferrable initially deferred);
-- transition: foreign_key_not_valid
-- a
create table p (id int primary key);
create table c (p int, q int);
alter table c add constraint f foreign key (p) references p not valid;
-- b
create table p (id int primary key);
create table c (p int, q int, constraint f foreign key (p) references p);
alter table c add constraint g foreign key (q) references p not valid;
-- transition: foreign_key_columns_both_retyped
-- a
create table p (id int primary key);
create table c (id int primary key, p int references p);
create table d (c int references c, p int references p);
-- b
create table p (id text primary key);
create table c (id text primary key, p text references p);
create table d (c text references c, p text references p);
-- transition: foreign_key_set_null_columns
-- a
create table p (a int, b int, primary key (a, b));
create table c (a int, b int, constraint f foreign key (a, b) references p match full);
-- b
create table p (a int, b int, primary key (a, b));
create table c (a int, b int, constraint f foreign key (a, b) references p on delete set null (b));
-- transition: exclusion
-- a
create table t (r int4range, s int4range, constraint e exclude using gist (r with &&));
-- b
create table t (r int4range, s int4range, constraint e exclude using gist (s with &&) where (not isempty(s)), constraint g exclude using gist (r with &&) deferrable);
-- transition: constraint_on_dropped_column
-- a
create table t (a int, b int, c int, unique (a, b), check (b > c));
create index on t (b, c);
-- b
create table t (a int, c int);
