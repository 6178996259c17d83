-- A schema of 1,000 tables with what the advisors look at: keys, indexes, policies, functions, views. Every tenth table
-- has faults, as schemas have.
do $$
declare
    faulty boolean;
begin
    for n in 1..1000 loop
        faulty := n % 10 = 0;
        execute format('create table public.t_%s (id bigint generated always as identity primary key, owner uuid, '
            'parent bigint %s, name text not null, kind int, note text default ''x'', made timestamptz default now(), '
            'email text, %s text, amount numeric)',
            n, case when n > 1 then format('references public.t_%s', n - 1) else '' end,
            case when faulty then 'password' else 'label' end);
        execute format('create index t_%1$s_name on public.t_%1$s (name)', n);
        execute format('create index t_%1$s_kind on public.t_%1$s (kind, made)', n);
        if faulty then
            execute format('create index t_%1$s_again on public.t_%1$s (name)', n);
        else
            execute format('create index t_%1$s_parent on public.t_%1$s (parent)', n);
            execute format('alter table public.t_%s enable row level security', n);
        end if;
        execute format('create policy "read own" on public.t_%s for select to authenticated using (%s = owner)',
            n, case when faulty then 'auth.uid()' else '(select auth.uid())' end);
        execute format('create policy "change own" on public.t_%s for update to authenticated using ((select auth.uid()) = owner)', n);
        execute format('create policy "add own" on public.t_%s for insert to authenticated with check (%s)',
            n, case when faulty then 'true' else '(select auth.uid()) = owner' end);
        if faulty then
            execute format('create policy "read open" on public.t_%s for select to authenticated using (kind = 0)', n);
        end if;
        execute format('create function public.f_%1$s(a bigint) returns text language sql stable security %2$s %3$s as '
            '''select name from public.t_%1$s where id = a''',
            n, case when faulty then 'definer' else 'invoker' end,
            case when faulty then '' else 'set search_path = ''''' end);
        execute format('create view public.v_%1$s with (security_invoker = %2$s) as select id, name from public.t_%1$s',
            n, case when faulty then 'off' else 'on' end);
        if n % 100 = 0 then
            commit;
        end if;
    end loop;
end
$$;
set client_min_messages = error;
analyze;
