-- A schema of 5,000 tables, each with keys, an index, a policy and comments, and a function and a view for every fifth.
do $$
begin
    for n in 1..5000 loop
        execute format('create table public.t_%s (id bigint generated always as identity primary key, owner uuid, '
            'parent bigint %s, name text not null, kind int, note text default ''x'', made timestamptz default now())',
            n, case when n > 1 then format('references public.t_%s', n - 1) else '' end);
        execute format('create index t_%1$s_parent on public.t_%1$s (parent)', n);
        execute format('alter table public.t_%s enable row level security', n);
        execute format('create policy "read own" on public.t_%s for select to authenticated using ((select auth.uid()) = owner)', n);
        execute format('comment on table public.t_%s is ''things of kind %1$s''', n);
        execute format('comment on column public.t_%s.owner is ''whose it is''', n);
        if n % 5 = 0 then
            execute format('create function public.f_%1$s(a bigint) returns text language sql stable set search_path = '''' '
                'as ''select name from public.t_%1$s where id = a''', n);
            execute format('create view public.v_%1$s with (security_invoker = on) as select id, name from public.t_%1$s', n);
        end if;
        if n % 100 = 0 then
            commit;
        end if;
    end loop;
end
$$;
set client_min_messages = error;
analyze;
