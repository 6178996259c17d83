// The rules of a healthy stack, in groups; included by the sources of this module only.
#pragma once

#include "stack/compose_file.hpp"
#include "stack/validate.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace basekeeper::stack {

/// A configuration, read.
struct looked_at
{
    const configuration& given;
    env_text::document env;
    std::optional<compose_file> compose; ///< nothing: the compose text was not given
};

using findings = std::vector<finding>;

void check_keys(const looked_at& stack, findings& out);
void check_opaque_keys(const looked_at& stack, findings& out);
void check_containers(const looked_at& stack, findings& out);
void check_addresses(const looked_at& stack, findings& out);
void check_domains(const looked_at& stack, findings& out);
void check_variables(const looked_at& stack, findings& out);
void check_env_text(const looked_at& stack, findings& out);
void check_mail(const looked_at& stack, findings& out);
void check_services(const looked_at& stack, findings& out);
void check_files(const looked_at& stack, findings& out);
void check_names(const looked_at& stack, findings& out);

/// Text of a stranger, made fit to be shown: printable ASCII, at most 80 characters.
std::string printable(std::string_view text);

inline remedy set_variables(env_text::settings settings)
{
    return {.kind = remedy_kind::update_env, .set = std::move(settings)};
}

inline remedy generate(std::string name)
{
    return {.kind = remedy_kind::update_env, .generate = {std::move(name)}};
}

inline remedy advise(std::string what)
{
    return {.kind = remedy_kind::by_hand, .advice = std::move(what)};
}

inline env_text::settings one_setting(std::string name, std::string value)
{
    env_text::settings out;
    out.emplace_back(std::move(name), crypto::secret<>(std::move(value)));
    return out;
}

} // namespace basekeeper::stack
