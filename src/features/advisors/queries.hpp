// The queries of all lints, named like the lints; defined in the file of their family.
#pragma once

#include <string_view>

namespace basekeeper::advisors {

// exposure_lints.cpp: what the Data API shows to whom.
extern constinit const std::string_view auth_users_exposed_sql;
extern constinit const std::string_view security_definer_view_sql;
extern constinit const std::string_view rls_disabled_in_public_sql;
extern constinit const std::string_view materialized_view_in_api_sql;
extern constinit const std::string_view foreign_table_in_api_sql;
extern constinit const std::string_view insecure_queue_exposed_in_api_sql;
extern constinit const std::string_view sensitive_columns_exposed_sql;
extern constinit const std::string_view pg_graphql_table_exposed_sql;             // a pair: $3
extern constinit const std::string_view security_definer_function_executable_sql; // a pair: $3

// policy_lints.cpp: row-level security.
extern constinit const std::string_view auth_rls_initplan_sql;
extern constinit const std::string_view policy_exists_rls_disabled_sql;
extern constinit const std::string_view rls_enabled_no_policy_sql;
extern constinit const std::string_view auth_allow_anonymous_sign_ins_sql;
extern constinit const std::string_view rls_references_user_metadata_sql;
extern constinit const std::string_view rls_policy_always_true_sql;
extern constinit const std::string_view public_bucket_allows_listing_sql;

// merging_lints.cpp: policies that overlap.
extern constinit const std::string_view multiple_permissive_policies_sql;

// storage_lints.cpp: keys, indexes and space.
extern constinit const std::string_view unindexed_foreign_keys_sql;
extern constinit const std::string_view no_primary_key_sql;
extern constinit const std::string_view unused_index_sql;
extern constinit const std::string_view duplicate_index_sql;
extern constinit const std::string_view table_bloat_sql;

// upgrade_lints.cpp: extensions, functions, types and keys that age badly.
extern constinit const std::string_view function_search_path_mutable_sql;
extern constinit const std::string_view extension_in_public_sql;
extern constinit const std::string_view unsupported_reg_types_sql;
extern constinit const std::string_view fkey_to_auth_unique_sql;
extern constinit const std::string_view extension_versions_outdated_sql;

} // namespace basekeeper::advisors
