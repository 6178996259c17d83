// Looking references up.
#include "features/rehearsal/env_references.hpp"

#include <fmt/format.h>

namespace basekeeper::rehearsal {
namespace {

constexpr std::string_view opening = "${{";
constexpr std::string_view closing = "}}";

struct scopes
{
    const env_text::values& service;
    const env_text::values& environment;
    const env_text::values& project;

    result<std::string> find(std::string_view name) const
    {
        constexpr std::string_view of_project = "project.";
        constexpr std::string_view of_environment = "environment.";
        const auto* in = &service;
        auto inner = name;
        std::string_view kind = "service environment";
        if (name.starts_with(of_project)) {
            in = &project;
            inner.remove_prefix(of_project.size());
            kind = "project environment";
        } else if (name.starts_with(of_environment)) {
            in = &environment;
            inner.remove_prefix(of_environment.size());
            kind = "environment";
        }
        const auto found = in->find(inner);
        if (found == in->end())
            return fail(condition::invalid_argument, fmt::format("Invalid {} variable: {}", kind, name));
        return found->second.reveal();
    }
};

result<std::string> resolved(std::string_view text, const scopes& in)
{
    std::string out;
    while (true) {
        const auto begin = text.find(opening);
        const auto end = begin == std::string_view::npos ? begin : text.find(closing, begin);
        if (end == std::string_view::npos)
            return out + std::string(text);
        out += text.substr(0, begin);
        auto name = text.substr(begin + opening.size(), end - begin - opening.size());
        while (name.starts_with(' '))
            name.remove_prefix(1);
        while (name.ends_with(' '))
            name.remove_suffix(1);
        out += TRY(in.find(name));
        text.remove_prefix(end + closing.size());
    }
}

} // namespace

result<env_text::values> resolve_references(const env_texts& texts)
{
    const auto service = TRY(env_text::document::parse(texts.service));
    const auto environment = TRY(env_text::document::parse(texts.environment));
    const auto project = TRY(env_text::document::parse(texts.project));
    const scopes in{service.values(), environment.values(), project.values()};
    env_text::values out;
    for (const auto& [name, value] : service.values())
        out.emplace(name, crypto::secret<>(TRY(resolved(value.reveal(), in))));
    return out;
}

} // namespace basekeeper::rehearsal
