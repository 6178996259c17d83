// The list behind secrets.hpp: PostgreSQL's catalogs and the schemas of Supabase.
#include "sql/secrets.hpp"

#include <array>

namespace basekeeper::sql {
namespace {

/// Empty schema: found in pg_catalog or, for extensions, anywhere. No columns: all of it.
struct secret_relation
{
    std::string_view schema;
    std::string_view name;
    std::string_view columns;
};

constexpr auto secret_relations = std::to_array<secret_relation>({
    {"", "pg_authid", ""},
    {"", "pg_shadow", ""},
    {"", "pg_user_mapping", ""},
    {"", "pg_user_mappings", ""},
    {"", "pg_statistic", ""},
    {"", "pg_statistic_ext_data", ""},
    {"", "pg_file_settings", ""},
    {"", "pg_hba_file_rules", ""},
    {"", "pg_ident_file_mappings", ""},
    {"", "pg_db_role_setting", ""},
    {"", "pg_largeobject", ""},
    {"", "pg_config", ""},
    {"", "pg_settings", "sourcefile"},
    {"", "pg_roles", "rolconfig"},
    {"", "pg_user", "useconfig"},
    {"", "pg_subscription", "subconninfo"},
    {"", "pg_stats", "most_common_vals histogram_bounds most_common_elems range_bounds_histogram"},
    {"", "pg_stats_ext", "most_common_vals most_common_val_nulls"},
    {"", "pg_stats_ext_exprs", "most_common_vals histogram_bounds most_common_elems"},
    {"", "pg_proc", "prosrc probin prosqlbody"},
    {"", "pg_trigger", "tgargs"},
    {"", "pg_foreign_server", "srvoptions"},
    {"", "pg_foreign_table", "ftoptions"},
    {"", "pg_foreign_data_wrapper", "fdwoptions"},
    {"", "pg_stat_activity", "query"},
    {"", "pg_stat_wal_receiver", "conninfo"},
    {"", "pg_prepared_statements", "statement"},
    {"", "pg_cursors", "statement"},
    {"", "pg_stat_statements", "query"},
    {"", "pg_stat_monitor", "query query_plan comments"},
    {"", "pg_stored_plans", "query plan"},
    {"", "pg_seclabel", "label"},
    {"information_schema", "routines", "routine_definition"},
    {"information_schema", "triggers", "action_statement"},
    {"information_schema", "user_mapping_options", ""},
    {"information_schema", "_pg_user_mappings", ""},
    {"information_schema", "foreign_server_options", ""},
    {"information_schema", "_pg_foreign_servers", ""},
    {"information_schema", "foreign_table_options", ""},
    {"vault", "decrypted_secrets", ""},
    {"auth",
     "users",
     "encrypted_password confirmation_token recovery_token email_change_token_new "
     "email_change_token_current phone_change_token reauthentication_token"},
    {"auth", "refresh_tokens", ""},
    {"auth", "sessions", ""},
    {"auth", "one_time_tokens", ""},
    {"auth", "flow_state", ""},
    {"auth", "saml_relay_states", ""},
    {"auth", "saml_providers", ""},
    {"auth", "sso_providers", ""},
    {"auth", "oauth_authorizations", ""},
    {"auth", "oauth_client_states", ""},
    {"auth", "custom_oauth_providers", ""},
    {"auth", "webauthn_challenges", ""},
    {"auth", "webauthn_credentials", ""},
    {"auth", "oauth_clients", "client_secret client_secret_hash registration_access_token"},
    {"auth", "mfa_factors", "secret web_authn_credential"},
    {"auth", "mfa_challenges", "otp_code web_authn_session_data"},
    {"cron", "job", "command"},
    {"cron", "job_run_details", "command return_message"},
    {"net", "http_request_queue", ""},
    {"net", "_http_response", ""},
    {"storage", "s3_multipart_uploads", "upload_signature"},
});

constexpr auto secret_schemas =
    std::to_array<std::string_view>({"vault", "pgsodium", "pgsodium_masks", "_realtime", "_supavisor", "_analytics"});

} // namespace

secrecy secrecy_of(std::string_view schema, std::string_view relation)
{
    using enum secrecy::scope;
    for (const auto secret_schema : secret_schemas)
        if (schema == secret_schema)
            return {whole};
    for (const auto& secret : secret_relations) {
        if (relation != secret.name)
            continue;
        // Only the search path decides what an unqualified name means: `users` is rarely auth.users.
        const bool certain = secret.schema.empty() || schema == secret.schema || relation == "decrypted_secrets";
        if (!certain && (!schema.empty() || secret.columns.empty()))
            continue;
        return {secret.columns.empty() ? whole : columns, secret.columns, certain};
    }
    return {nothing};
}

bool lists(std::string_view columns, std::string_view column)
{
    while (!columns.empty()) {
        const auto end = columns.find(' ');
        if (columns.substr(0, end) == column)
            return true;
        columns = end == std::string_view::npos ? std::string_view() : columns.substr(end + 1);
    }
    return false;
}

} // namespace basekeeper::sql
