// The public addresses of a stack: in which variables the domain stands, and how they are kept in step.
#pragma once

#include "env_text/document.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::stack {

/// A URL of the web, as far as addresses of a stack go. `host` in small letters, without brackets.
struct url_parts
{
    std::string scheme; ///< http or https
    std::string host;
    std::string port; ///< empty: the scheme's own
    std::string path; ///< with everything behind it; empty or begins with /, ? or #
};

/// Nothing for other schemes, for user names in it, and for what is no URL. `*` may stand in the host and the path: the
/// list of redirections has patterns.
std::optional<url_parts> parse_url(std::string_view text);
std::string to_string(const url_parts& url);

/// True for a host that nobody outside reaches: localhost, loopback and private addresses, a name without a dot, and
/// names under .local, .internal, .localhost and .test.
bool is_local(std::string_view host);

/// The part of API_EXTERNAL_URL behind the host; stacks since 2026-07 have it in the variable, older ones add it.
inline constexpr std::string_view auth_path = "/auth/v1";

/// True when API_EXTERNAL_URL holds the path, as stacks since 2026-07 have it.
bool has_auth_path(const env_text::document& env);

/// The items of a list of URLs as ADDITIONAL_REDIRECT_URLS holds it.
std::vector<std::string> url_list(std::string_view text);

/// What must be set so that all public addresses are https: those of the stack without a port (Dokploy's proxy ends TLS
/// on 443), those of the application where they name no port. Local hosts stay as they are. Empty: nothing to do.
env_text::settings https_settings(const env_text::document& env);

/// What must be set so that the stack is reached as `https://<domain>`: its own variables, and in those of the
/// application whatever names the domain it had before. Nothing else changes; SITE_URL on a local host stays.
env_text::settings domain_settings(const env_text::document& env, std::string_view domain);

/// The host of SUPABASE_PUBLIC_URL; empty when there is none.
std::string public_host(const env_text::document& env);

} // namespace basekeeper::stack
