// A new stack, complete on paper: what a template becomes after its known defects are mended and our secrets are in it.
#pragma once

#include "env_text/document.hpp"
#include "stack/blueprint.hpp"
#include "stack/compose_file.hpp"
#include "stack/secrets.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::stack {

/// The mail server that auth sends by.
struct smtp_settings
{
    std::string host;
    std::uint16_t port = 587;
    std::string user;
    crypto::secret<> password;
    std::string sender_address;
    std::string sender_name;
};

/// Another image or tag than the template's: `v2.196.0`, or `my.registry/supabase/gotrue:v2.196.0`.
struct version_wish
{
    std::string service;
    std::string version;
};

/// What the person decides.
struct stack_wishes
{
    std::string name;                    ///< as `check_name` wants it
    std::string domain;                  ///< as `domain_of` takes it
    std::string site_url{};              ///< the application; empty: the stack's own address
    std::optional<smtp_settings> smtp{}; ///< nothing: no mail is sent
    bool keeps_mail = false;             ///< true: all about mail stays as the template has it, and `smtp` is not used
    std::vector<version_wish> versions{};
    env_text::settings variables{}; ///< further ones, the last word
};

/// Secrets are an argument, so that a plan made again after an interruption is the same.
struct stack_secrets
{
    api_keys keys;
    service_secrets services;
};

/// Always https, with a certificate of Let's Encrypt.
struct planned_domain
{
    std::string host;
    std::string service;
    std::uint16_t port = 0;
    std::string path{};
};

struct planned_image
{
    std::string service;
    stack::role role = stack::role::other;
    stack::image image;
    std::string template_version{}; ///< when another was chosen
};

/// Whether a sentence needs the person's attention.
enum class note_kind
{
    mended, ///< a defect of the template that is gone
    remark  ///< something to know or to decide
};

struct note
{
    note_kind kind = note_kind::remark;
    std::string text;
};

/// To be deployed with `isolatedDeployment`, mounts first. The env text and the mounts may hold secrets.
struct stack_plan
{
    std::string name;
    gateway_kind gateway = gateway_kind::kong;
    env_text::document env;
    std::string compose;
    std::vector<file_mount> mounts;
    std::vector<planned_domain> domains;
    std::vector<planned_image> images;
    std::vector<note> notes;
};

/// Dokploy hands a file to a shell as one argument; what is longer fails without a word.
inline constexpr std::size_t most_file_bytes = 90'000;

/// Makes the plan of a filled-in template. Fails with invalid_argument for a name, domain, version or variable that
/// cannot be, and for a template without a gateway, with a file that is mounted but not given, or over the size limit.
result<stack_plan> plan_stack(
    const filled_blueprint& from, std::string_view compose, const stack_wishes& wishes, const stack_secrets& secrets
);

} // namespace basekeeper::stack
