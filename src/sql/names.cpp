// The lists behind names.hpp. Checked against pg_proc, pg_operator and pg_type of PostgreSQL 15.
#include "sql/names.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>

namespace basekeeper::sql {
namespace {

using word_set = std::unordered_set<std::string_view>;

/// The words of a list written with white space between them.
word_set words(std::string_view list)
{
    word_set set;
    while (true) {
        const auto begin = list.find_first_not_of(" \n");
        if (begin == std::string_view::npos)
            return set;
        const auto end = std::min(list.find_first_of(" \n", begin), list.size());
        set.insert(list.substr(begin, end - begin));
        list.remove_prefix(end);
    }
}

constexpr std::string_view known_functions = R"(
 array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp cume_dist dense_rank every
 first_value json_agg json_object_agg jsonb_agg jsonb_object_agg lag last_value lead max min mode nth_value ntile
 percent_rank percentile_cont percentile_disc range_agg range_intersect_agg rank regr_avgx regr_avgy regr_count
 regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy row_number stddev stddev_pop stddev_samp string_agg sum
 var_pop var_samp variance xmlagg any_value
 abs acos acosd acosh asin asind asinh atan atan2 atan2d atand atanh cbrt ceil ceiling cos cosd cosh cot cotd degrees
 div exp floor gcd lcm ln log log10 min_scale mod pi pow power radians random round scale sign sin sind sinh sqrt tan
 tand tanh trim_scale trunc width_bucket
 ascii bit_count bit_length btrim char_length character_length chr concat concat_ws convert convert_from convert_to
 decode encode format get_bit get_byte initcap left length like_escape lower lpad ltrim md5 normalize is_normalized
 octet_length overlay parse_ident position quote_ident quote_literal quote_nullable regexp_count regexp_instr
 regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr
 repeat replace reverse right rpad rtrim set_bit set_byte sha224 sha256 sha384 sha512 similar_escape
 similar_to_escape split_part starts_with string_to_array string_to_table strpos substr substring to_ascii to_hex
 to_bin to_oct translate unistr upper gen_random_uuid textlen
 age clock_timestamp date date_bin date_part date_trunc extract isfinite justify_days justify_hours justify_interval
 make_date make_interval make_time make_timestamp make_timestamptz now overlaps statement_timestamp timeofday
 timezone to_char to_date to_number to_timestamp transaction_timestamp
 array_append array_cat array_dims array_length array_lower array_ndims array_position array_positions array_prepend
 array_remove array_replace array_to_json array_to_string array_to_tsvector array_upper cardinality
 array_fill generate_series generate_subscripts trim_array unnest num_nonnulls num_nulls
 json_array_elements json_array_elements_text json_array_length json_build_array json_build_object json_each
 json_each_text json_extract_path json_extract_path_text json_object json_object_keys json_populate_record
 json_populate_recordset json_strip_nulls json_to_record json_to_recordset json_typeof jsonb_array_elements
 jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text
 jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_keys jsonb_path_exists
 jsonb_path_exists_tz jsonb_path_match jsonb_path_match_tz jsonb_path_query jsonb_path_query_array
 jsonb_path_query_array_tz jsonb_path_query_first jsonb_path_query_first_tz jsonb_path_query_tz jsonb_populate_record
 jsonb_populate_recordset jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset
 jsonb_typeof row_to_json to_json to_jsonb
 enum_first enum_last enum_range isempty lower_inc lower_inf upper_inc upper_inf range_merge multirange int4range
 int8range numrange tsrange tstzrange daterange int4multirange int8multirange nummultirange tsmultirange
 tstzmultirange datemultirange
 abbrev broadcast family host hostmask inet_merge inet_same_family masklen netmask network set_masklen
 area box center circle diagonal diameter height isclosed isopen line lseg npoints path pclose point polygon popen
 radius slope width
 get_current_ts_config numnode phraseto_tsquery plainto_tsquery querytree setweight strip to_tsquery to_tsvector
 json_to_tsvector jsonb_to_tsvector ts_debug ts_delete ts_filter ts_headline ts_lexize ts_rank ts_rank_cd ts_rewrite
 ts_token_type tsquery_phrase tsvector_to_array websearch_to_tsquery
 xml_is_well_formed xml_is_well_formed_content xml_is_well_formed_document xmlcomment xmlexists xpath xpath_exists
 col_description current_database current_schema current_schemas current_setting format_type has_any_column_privilege
 has_column_privilege has_database_privilege has_foreign_data_wrapper_privilege has_function_privilege
 has_language_privilege has_schema_privilege has_sequence_privilege has_server_privilege has_table_privilege
 has_tablespace_privilege has_type_privilege has_parameter_privilege inet_client_addr inet_client_port
 inet_server_addr inet_server_port obj_description row_security_active shobj_description to_regclass to_regcollation
 to_regnamespace to_regoper to_regoperator to_regproc to_regprocedure to_regrole to_regtype txid_current_if_assigned
 txid_current_snapshot txid_snapshot_xip txid_snapshot_xmax txid_snapshot_xmin txid_status txid_visible_in_snapshot
 version mxid_age aclexplode acldefault getdatabaseencoding
 pg_backend_pid pg_blocking_pids pg_char_to_encoding pg_client_encoding pg_collation_for pg_collation_is_visible
 pg_column_compression pg_column_is_updatable pg_column_size pg_conf_load_time pg_conversion_is_visible
 pg_current_snapshot pg_current_wal_flush_lsn pg_current_wal_insert_lsn pg_current_wal_lsn
 pg_current_xact_id_if_assigned pg_database_size pg_describe_object pg_encoding_to_char pg_function_is_visible
 pg_get_constraintdef pg_get_expr pg_get_function_arg_default pg_get_function_arguments
 pg_get_function_identity_arguments pg_get_function_result pg_get_function_sqlbody pg_get_functiondef pg_get_indexdef
 pg_get_keywords pg_get_partition_constraintdef pg_get_partkeydef pg_get_publication_tables
 pg_get_replica_identity_index pg_get_ruledef pg_get_serial_sequence pg_get_statisticsobjdef
 pg_get_statisticsobjdef_columns pg_get_statisticsobjdef_expressions pg_get_userbyid pg_get_viewdef pg_has_role
 pg_identify_object pg_identify_object_as_address pg_index_column_has_property pg_index_has_property
 pg_indexam_has_property pg_indexes_size pg_input_is_valid pg_is_in_recovery pg_is_other_temp_schema
 pg_is_wal_replay_paused pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_lock_status
 pg_my_temp_schema pg_notification_queue_usage pg_opclass_is_visible pg_operator_is_visible pg_opfamily_is_visible
 pg_options_to_table pg_partition_ancestors pg_partition_root pg_partition_tree pg_postmaster_start_time
 pg_relation_is_publishable pg_relation_is_updatable pg_relation_size pg_safe_snapshot_blocking_pids
 pg_sequence_last_value pg_sequence_parameters pg_size_bytes pg_size_pretty pg_snapshot_xip pg_snapshot_xmax
 pg_snapshot_xmin pg_statistics_obj_is_visible pg_table_is_visible pg_table_size pg_tablespace_size
 pg_timezone_abbrevs pg_timezone_names pg_total_relation_size pg_trigger_depth pg_ts_config_is_visible
 pg_ts_dict_is_visible pg_ts_parser_is_visible pg_ts_template_is_visible pg_type_is_visible pg_typeof
 pg_visible_in_snapshot pg_wal_lsn_diff pg_walfile_name pg_xact_commit_timestamp pg_xact_status
)";

constexpr std::string_view known_operators = R"(
 !! !~ !~* !~~ !~~* # ## #- #> #>> % & && &< &<| &> * *< *<= *<> *= *> *>= + - -> ->> -|- / < <-> << <<= <<| <= <> <@
 <^ = != > >= >> >>= >^ ? ?# ?& ?- ?-| ?| ?|| @ @-@ @> @? @@ @@@ ^ ^@ | |&> |/ |>> || ||/ ~ ~* ~<=~ ~<~ ~= ~>=~ ~>~ ~~
 ~~*
)";

constexpr std::string_view known_types = R"(
 aclitem bit bool box bpchar bytea char cid cidr circle date datemultirange daterange float4 float8 inet int2
 int2vector int4 int4multirange int4range int8 int8multirange int8range interval json jsonb jsonpath line lseg macaddr
 macaddr8 money name numeric nummultirange numrange oid oidvector path pg_lsn pg_snapshot point polygon record
 regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc regprocedure regrole regtype
 text tid time timestamp timestamptz timetz tsmultirange tsquery tsrange tstzmultirange tstzrange tsvector
 txid_snapshot unknown uuid varbit varchar void xid xid8 xml
)";

constexpr std::string_view benign_settings = R"(
 application_name array_nulls autovacuum autovacuum_analyze_scale_factor autovacuum_analyze_threshold
 autovacuum_freeze_max_age autovacuum_max_workers autovacuum_naptime autovacuum_vacuum_cost_delay
 autovacuum_vacuum_cost_limit autovacuum_vacuum_scale_factor autovacuum_vacuum_threshold bytea_output
 checkpoint_completion_target checkpoint_timeout client_encoding client_min_messages commit_delay
 constraint_exclusion cpu_index_tuple_cost cpu_operator_cost cpu_tuple_cost cursor_tuple_fraction data_checksums
 datestyle deadlock_timeout debug_assertions default_statistics_target default_text_search_config
 default_transaction_deferrable default_transaction_isolation default_transaction_read_only effective_cache_size
 effective_io_concurrency enable_bitmapscan enable_hashagg enable_hashjoin enable_indexonlyscan enable_indexscan
 enable_material enable_memoize enable_mergejoin enable_nestloop enable_parallel_append enable_parallel_hash
 enable_partition_pruning enable_partitionwise_aggregate enable_partitionwise_join enable_seqscan enable_sort
 enable_tidscan escape_string_warning extra_float_digits from_collapse_limit full_page_writes geqo geqo_threshold
 hash_mem_multiplier hot_standby huge_pages idle_in_transaction_session_timeout idle_session_timeout in_hot_standby
 integer_datetimes intervalstyle is_superuser jit jit_above_cost join_collapse_limit lc_collate lc_ctype lc_messages
 lc_monetary lc_numeric lc_time lock_timeout log_min_duration_statement log_statement logical_decoding_work_mem
 maintenance_work_mem max_connections max_locks_per_transaction max_logical_replication_workers
 max_parallel_maintenance_workers max_parallel_workers max_parallel_workers_per_gather max_prepared_transactions
 max_replication_slots max_slot_wal_keep_size max_standby_streaming_delay max_wal_senders max_wal_size
 max_worker_processes min_wal_size parallel_setup_cost parallel_tuple_cost password_encryption plan_cache_mode port
 quote_all_identifiers random_page_cost role row_security search_path segment_size seq_page_cost server_encoding
 server_version server_version_num session_authorization session_replication_role shared_buffers
 standard_conforming_strings statement_timeout superuser_reserved_connections synchronous_commit
 temp_buffers timezone timezone_abbreviations track_activities track_counts track_functions track_io_timing
 transaction_deferrable transaction_isolation transaction_read_only transform_null_equals vacuum_cost_delay
 vacuum_cost_limit wal_buffers wal_compression wal_keep_size wal_level work_mem xmlbinary xmloption
)";

enum class match
{
    whole,
    prefix
};

struct denied
{
    std::string_view name;
    match how;
    hazard why;
};

using enum hazard;
using enum match;

constexpr auto denied_functions = std::to_array<denied>({
    {"set_config", whole, session},
    {"setseed", whole, session},
    {"set_limit", whole, session},
    {"pg_advisory_", prefix, session},
    {"pg_try_advisory_", prefix, session},
    {"pg_notify", whole, session},
    {"txid_current", whole, session},
    {"pg_current_xact_id", whole, session},
    {"nextval", whole, session},
    {"setval", whole, session},
    {"pg_export_", prefix, session},
    {"pg_stat_clear_snapshot", whole, session},
    {"pg_stat_force_next_flush", whole, session},
    {"hypopg_", prefix, session},
    {"pg_reload_", prefix, server},
    {"pg_rotate_", prefix, server},
    {"pg_terminate_", prefix, server},
    {"pg_cancel_", prefix, server},
    {"pg_promote", prefix, server},
    {"pg_switch_", prefix, server},
    {"pg_backup_", prefix, server},
    {"pg_start_backup", whole, server},
    {"pg_stop_backup", whole, server},
    {"pg_create_", prefix, server},
    {"pg_drop_", prefix, server},
    {"pg_copy_", prefix, server},
    {"pg_wal_replay_", prefix, server},
    {"pg_xlog_", prefix, server},
    {"pg_stat_reset", prefix, server},
    {"pg_stat_statements_reset", prefix, server},
    {"pg_stat_monitor_reset", prefix, server},
    {"pg_stat_kcache_reset", prefix, server},
    {"pg_qualstats_reset", prefix, server},
    {"pg_wait_sampling_reset", prefix, server},
    {"pg_log_", prefix, server},
    {"pg_set_", prefix, server},
    {"pg_clear_", prefix, server},
    {"pg_restore_", prefix, server},
    {"pg_nextoid", whole, server},
    {"pg_stop_making_pinned_objects", whole, server},
    {"pg_extension_config_dump", whole, server},
    {"pg_import_", prefix, server},
    {"pg_replication_slot_advance", whole, server},
    {"pg_sync_replication_slots", whole, server},
    {"pg_replication_origin_", prefix, server},
    {"pg_logical_", prefix, server},
    {"pglogical_", prefix, server},
    {"binary_upgrade_", prefix, server},
    {"pg_prewarm", whole, server},
    {"autoprewarm_", prefix, server},
    {"pg_buffercache_evict", prefix, server},
    {"pg_buffercache_mark", prefix, server},
    {"gin_clean_pending_list", whole, server},
    {"brin_", prefix, server},
    {"heap_force_", prefix, server},
    {"pg_truncate_", prefix, server},
    {"pg_repack", prefix, server},
    {"repack_", prefix, server},
    {"pg_squeeze", prefix, server},
    {"lo_", prefix, files},
    {"loread", whole, files},
    {"lowrite", whole, files},
    {"pg_read_", prefix, files},
    {"pg_ls_", prefix, files},
    {"pg_stat_file", prefix, files},
    {"pg_file_", prefix, files},
    {"pg_current_logfile", prefix, files},
    {"pg_relation_filepath", whole, files},
    {"pg_tablespace_location", whole, files},
    {"pg_config", whole, files},
    {"pg_logfile_", prefix, files},
    {"pg_logdir_ls", whole, files},
    {"pg_execute_server_program", whole, files},
    {"query_to_xml", prefix, dynamic_sql},
    {"table_to_xml", prefix, dynamic_sql},
    {"schema_to_xml", prefix, dynamic_sql},
    {"database_to_xml", prefix, dynamic_sql},
    {"cursor_to_xml", prefix, dynamic_sql},
    {"ts_stat", whole, dynamic_sql},
    {"crosstab", prefix, dynamic_sql},
    {"connectby", whole, dynamic_sql},
    {"xpath_table", whole, dynamic_sql},
    {"pgr_", prefix, dynamic_sql},
    {"index_advisor", whole, dynamic_sql},
    {"dblink", prefix, network},
    {"http", whole, network},
    {"http_", prefix, network},
    {"postgres_fdw_disconnect", prefix, network},
    {"cron_", prefix, extension},
    {"alter_job", whole, extension},
    {"add_job", whole, extension},
    {"run_job", whole, extension},
    {"grant_pg_", prefix, extension},
    {"set_graphql_placeholder", whole, extension},
    {"pgrst_", prefix, extension},
    {"create_hypertable", whole, extension},
    {"drop_chunks", whole, extension},
    {"pg_sleep", prefix, waits},
    {"pg_stat_get_activity", whole, secret},
    {"pg_stat_get_backend_activity", whole, secret},
    {"pg_stat_get_wal_receiver", whole, secret},
    {"pg_stat_statements", whole, secret},
    {"pg_stat_monitor", whole, secret},
    {"pg_prepared_statement", whole, secret},
    {"pg_cursor", whole, secret},
    {"pg_show_", prefix, secret},
    {"show_all_", prefix, secret},
    {"pg_hba_file_rules", whole, secret},
    {"pg_ident_file_mappings", whole, secret},
    {"pg_mcv_list_items", whole, secret},
    {"get_raw_page", prefix, secret},
    {"heap_page_item", prefix, secret},
    {"bt_page_", prefix, secret},
    {"bt_multi_page", prefix, secret},
    {"gist_page_items", prefix, secret},
    {"hash_page_items", prefix, secret},
    {"pg_get_wal_record", prefix, secret},
    {"pg_get_wal_block", prefix, secret},
    {"decrypt", whole, secret},
    {"pgp_sym_decrypt", prefix, secret},
    {"pgp_pub_decrypt", prefix, secret},
});

constexpr auto denied_schemas = std::to_array<denied>({
    {"net", whole, network},
    {"http", whole, network},
    {"cron", whole, extension},
    {"pgmq", whole, extension},
    {"graphql", whole, extension},
    {"graphql_public", whole, extension},
    {"realtime", whole, extension},
    {"supabase_functions", whole, extension},
    {"vault", whole, secret},
    {"pgsodium", whole, secret},
    {"pgtle", whole, extension},
    {"partman", whole, extension},
    {"timescaledb", prefix, extension},
    {"_timescaledb", prefix, extension},
});

bool matches(const denied& rule, std::string_view name)
{
    return rule.how == whole ? name == rule.name : name.starts_with(rule.name);
}

} // namespace

std::optional<hazard> function_hazard(std::string_view schema, std::string_view name)
{
    for (const auto& rule : denied_schemas)
        if (matches(rule, schema))
            return rule.why;
    for (const auto& rule : denied_functions)
        if (matches(rule, name))
            return rule.why;
    return std::nullopt;
}

bool outlasts_rollback(std::string_view name, hazard why)
{
    switch (why) {
    case session: {
        const bool lock = name.starts_with("pg_advisory_") || name.starts_with("pg_try_advisory_");
        return name == "nextval" || name == "setval" || (lock && name.find("_xact_") == std::string_view::npos);
    }
    case files: {
        static const word_set transactional = words("lo_close lo_creat lo_create lo_from_bytea lo_get lo_lseek "
                                                    "lo_lseek64 lo_manage lo_open lo_put lo_tell lo_tell64 "
                                                    "lo_truncate lo_truncate64 lo_unlink loread lowrite");
        return !transactional.contains(name);
    }
    case waits:
    case secret:
        return false;
    case server:
    case dynamic_sql:
    case network:
    case extension:
        return true;
    }
    return true;
}

std::string_view describe(hazard h)
{
    switch (h) {
    case session:
        return "changes the state of the session or the transaction";
    case server:
        return "steers the server, other sessions or stored data";
    case files:
        return "works on server files or large objects";
    case dynamic_sql:
        return "runs SQL text that cannot be checked here";
    case network:
        return "reaches out over the network";
    case extension:
        return "acts through an extension (jobs, queues, broadcasts, installed code)";
    case waits:
        return "only waits and holds a connection";
    case secret:
        return "discloses statements, settings or stored bytes of others";
    }
    return "is not a read";
}

bool is_known_function(std::string_view name)
{
    static const word_set set = words(known_functions);
    return set.contains(name);
}

bool is_known_operator(std::string_view name)
{
    static const word_set set = words(known_operators);
    return set.contains(name);
}

bool is_known_type(std::string_view name)
{
    static const word_set set = words(known_types);
    return set.contains(name);
}

setting_kind kind_of_setting(std::string_view name)
{
    static const word_set benign = words(benign_settings);
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    if (benign.contains(lower) || lower.starts_with("request."))
        return setting_kind::benign;
    constexpr auto telltale = std::to_array<std::string_view>(
        {"secret",
         "passw",
         "passphrase",
         "token",
         "conninfo",
         "_key",
         "key_",
         ".key",
         "apikey",
         "credential",
         "_file",
         "_director",
         "_command",
         "_path",
         "app.settings",
         "jwt",
         "slot_name",
         "filename"}
    );
    const bool tells =
        std::ranges::any_of(telltale, [&](std::string_view part) { return lower.find(part) != std::string::npos; });
    return tells || lower == "all" ? setting_kind::secret : setting_kind::unknown;
}

} // namespace basekeeper::sql
