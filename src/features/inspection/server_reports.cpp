// Reports on the server as a whole: replication slots with the WAL they keep, and settings that matter.
#include "features/inspection/reports.hpp"

namespace basekeeper::inspection {
namespace {

constexpr report_definition replication{
    .sql = R"(
with here as (
  select case when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_replay_lsn()
    else pg_catalog.pg_current_wal_lsn() end as lsn)
select r.* from (
  select 'slot' as kind, s.slot_name::text as name, s.slot_type as type, s.plugin::text as plugin,
    s.database::text as database, s.active, s.wal_status as status,
    pg_catalog.pg_wal_lsn_diff((select lsn from here), s.restart_lsn)::int8 as kept_wal_bytes,
    s.safe_wal_size::int8 as bytes_until_lost,
    case when not s.active then pg_catalog.format('select pg_drop_replication_slot(%L)', s.slot_name) end as remedy
  from pg_catalog.pg_replication_slots s
  union all
  select 'standby', a.application_name, a.state, null, null, true, a.sync_state,
    pg_catalog.pg_wal_lsn_diff((select lsn from here), a.replay_lsn)::int8, null, null
  from pg_catalog.pg_stat_replication a) r
order by r.active, r.kept_wal_bytes desc nulls last, r.kind, r.name
limit $1::int offset $2::int)",
    .advice =
        "A slot that is not active keeps WAL until the disk is full: start its consumer, or drop it by its remedy when "
        "nobody needs it; max_slot_wal_keep_size (4GB) bounds what a slot may keep.",
    .required = needs::all_stats,
};

constexpr report_definition settings{
    .sql = R"(
select * from (select s.name, pg_catalog.concat(s.setting, case when s.unit ~ '^[0-9]' then ' x ' when s.unit is not null then ' ' end, s.unit)
    as value,
  s.source, s.pending_restart,
  case s.name
    when 'fsync' then case when s.setting = 'off' then 'turn it on: a crash loses the database' end
    when 'full_page_writes' then case when s.setting = 'off' then 'turn it on: a crash can damage pages' end
    when 'autovacuum' then case when s.setting = 'off' then 'turn it on: dead rows and ids pile up' end
    when 'password_encryption' then case when s.setting <> 'scram-sha-256' then 'set scram-sha-256, then set passwords anew' end
    when 'idle_in_transaction_session_timeout' then
      case when s.setting = '0' then 'set 60s for roles of applications: forgotten transactions hold locks and dead rows' end
    when 'statement_timeout' then
      case when s.setting = '0' then 'no limit unless a role has its own: see role_stats' end
    when 'max_slot_wal_keep_size' then
      case when s.setting = '-1' then 'set 4GB: a forgotten slot fills the disk' end
    when 'random_page_cost' then
      case when s.setting::float8 >= 4 then 'set 1.1 on solid-state disks: else indexes are avoided' end
    when 'shared_buffers' then
      case when s.setting::int8 <= 16384 then '128MB or less is the default of a test machine: a quarter of the memory' end
    when 'track_io_timing' then case when s.setting = 'off' then 'on shows in plans what disks cost' end
    when 'checkpoint_timeout' then
      case when s.setting::int < 600 then '15min writes less WAL after each checkpoint' end
    when 'max_connections' then
      case when s.setting::int > 500 then 'use a pooler and fewer connections: each takes memory' end
    when 'log_min_duration_statement' then
      case when s.setting = '-1' then 'set 1000 (ms) to find slow statements in the log' end
    when 'log_lock_waits' then case when s.setting = 'off' then 'on writes waits longer than deadlock_timeout to the log' end
    when 'wal_level' then case when s.setting = 'minimal' then 'set replica: else neither backups of WAL nor standbys' end
  end as note
from pg_catalog.pg_settings s
where s.name in ('fsync', 'full_page_writes', 'autovacuum', 'password_encryption', 'idle_in_transaction_session_timeout',
  'idle_session_timeout', 'statement_timeout', 'lock_timeout', 'max_slot_wal_keep_size', 'random_page_cost',
  'effective_io_concurrency', 'shared_buffers', 'effective_cache_size', 'work_mem', 'maintenance_work_mem',
  'track_io_timing', 'checkpoint_timeout', 'max_wal_size', 'max_connections', 'superuser_reserved_connections',
  'reserved_connections', 'log_min_duration_statement', 'log_lock_waits', 'wal_level', 'max_wal_senders',
  'max_replication_slots', 'max_worker_processes', 'max_parallel_workers_per_gather', 'autovacuum_max_workers',
  'autovacuum_vacuum_scale_factor', 'autovacuum_freeze_max_age', 'default_statistics_target', 'jit', 'synchronous_commit',
  'shared_preload_libraries', 'row_security', 'server_version', 'TimeZone')) j
order by j.note is null, j.name
limit $1::int offset $2::int)",
    .advice =
        "Rows with a note deserve a change: alter system set NAME = VALUE, then select pg_reload_conf(), or a restart "
        "where pending_restart turns true.",
    .required = needs::all_settings,
};

} // namespace

const report_definition& server_report(report which)
{
    return which == report::replication ? replication : settings;
}

} // namespace basekeeper::inspection
