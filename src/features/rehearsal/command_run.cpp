// Finding statements in what a shell would be told.
#include "features/rehearsal/command_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace basekeeper::rehearsal {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

std::string upper(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return out;
}

/// Without the quotes that only a shell needs; what follows a here-document's first line stands as it is.
std::string unquoted(std::string_view command)
{
    const auto document = command.find("<<");
    const auto end = std::min(command.find('\n', std::min(document, command.size())), command.size());
    const auto words = document == std::string_view::npos ? command : command.substr(0, end);
    std::string out;
    char quote = 0;
    for (std::size_t at = 0; at < words.size(); ++at) {
        const char c = words[at];
        if (quote == '\'' ? c == '\'' : quote == '"' && c == '"')
            quote = 0;
        else if (quote == 0 && (c == '\'' || c == '"'))
            quote = c;
        else if (c == '\\' && quote != '\'' && at + 1 < words.size())
            out += words[++at];
        else
            out += c;
    }
    return out + std::string(command.substr(words.size()));
}

std::size_t past_blanks(std::string_view text, std::size_t at)
{
    return std::min(text.find_first_not_of(" \t\r\n", at), text.size());
}

/// A name, quoted or not, that begins at `at`, which then stands behind it.
std::string name_at(std::string_view text, std::size_t& at)
{
    at = past_blanks(text, at);
    if (at < text.size() && text[at] == '"') {
        const auto end = std::min(text.find('"', at + 1), text.size());
        auto out = std::string(text.substr(at + 1, end - at - 1));
        at = end + 1;
        return out;
    }
    const auto end = std::min(text.find_first_of(" \t\r\n;'\"", at), text.size());
    auto out = std::string(text.substr(at, end - at));
    at = end;
    return out;
}

/// A literal that begins at `at`, in which a quote stands twice.
std::string literal_at(std::string_view text, std::size_t at)
{
    std::string out;
    at = past_blanks(text, at);
    if (at >= text.size() || text[at] != '\'')
        return out;
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\'') {
            if (at + 1 >= text.size() || text[at + 1] != '\'')
                break;
            ++at;
        }
        out += text[at];
    }
    return out;
}

/// `$NAME` and `${NAME}` out of the environment of the container.
std::string with_environment(std::string text, const container& c)
{
    for (const auto& one : c.of.env) {
        const auto equals = one.find('=');
        const auto name = one.substr(0, equals);
        text = replaced(std::move(text), fmt::format("${{{}}}", name), one.substr(equals + 1));
    }
    for (const auto& one : c.of.env) {
        const auto equals = one.find('=');
        const auto needle = "$" + one.substr(0, equals);
        for (auto at = text.find(needle); at != std::string::npos; at = text.find(needle, at + 1)) {
            const auto end = at + needle.size();
            if (end == text.size() || (std::isalnum(static_cast<unsigned char>(text[end])) == 0 && text[end] != '_'))
                text.replace(at, needle.size(), one.substr(equals + 1));
        }
    }
    return text;
}

/// What psql reads between single quotes as an argument of `\set`.
std::string set_argument(std::string_view text, std::size_t at)
{
    return replaced(literal_at(text, at), R"(\\)", R"(\)");
}

/// Of `\set password '…'` and statements that psql makes of a query over pg_roles (`\gexec`): one for each role of the
/// list behind `rolname IN`.
std::vector<password_change> generated_changes(std::string_view text)
{
    constexpr std::string_view set = "\\set password ";
    const auto value = text.find(set);
    const auto list = text.find("rolname IN (");
    if (value == std::string_view::npos || list == std::string_view::npos || !text.contains("\\gexec"))
        return {};
    const auto password = set_argument(text, value + set.size());
    const auto end = std::min(text.find(')', list), text.size());
    std::vector<password_change> out;
    for (auto at = text.find('\'', list); at < end; at = text.find('\'', at)) {
        auto role = literal_at(text, at);
        at += role.size() + 2;
        out.push_back({std::move(role), password});
    }
    return out;
}

/// What the lines that begin with `echo` print.
void add_echoes(std::string_view text, std::vector<std::string>& to)
{
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        if (line.starts_with("echo '"))
            to.push_back(literal_at(line, 5));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

command_outcome in_database(stack_on_host& stack, std::string_view command)
{
    command_outcome out;
    if (const auto changes = generated_changes(command); !changes.empty()) {
        for (const auto& change : changes)
            if (const auto role = stack.passwords.find(change.role); role != stack.passwords.end())
                role->second = change.password;
        add_echoes(command, out.output);
        return out;
    }
    for (const auto& change : password_changes(command)) {
        if (!stack.passwords.contains(change.role)) {
            out.output.push_back("ERROR:  role \"" + change.role + "\" does not exist");
            out.worked = false;
            return out;
        }
        stack.passwords[change.role] = change.password;
        out.output.emplace_back("ALTER ROLE");
    }
    if (command.contains("pg_isready"))
        out.output.emplace_back("/var/run/postgresql:5432 - accepting connections");
    return out;
}

command_outcome generally(const container& c, std::string_view command)
{
    command_outcome out;
    if (command.starts_with("echo "))
        out.output.emplace_back(command.substr(5));
    if (command == "env" || command == "printenv")
        out.output = c.of.env;
    return out;
}

} // namespace

std::vector<password_change> password_changes(std::string_view command)
{
    const auto text = unquoted(command);
    const auto shouted = upper(text);
    std::vector<password_change> out;
    for (auto at = shouted.find("ALTER "); at != std::string::npos; at = shouted.find("ALTER ", at + 1)) {
        auto from = at + 6;
        const auto kind = upper(name_at(text, from));
        if (kind != "USER" && kind != "ROLE")
            continue;
        auto role = name_at(text, from);
        const auto end = std::min(shouted.find("ALTER ", from), shouted.size());
        const auto word = shouted.find("PASSWORD", from);
        if (word >= end)
            continue;
        out.push_back({std::move(role), literal_at(text, word + std::string_view("PASSWORD").size())});
    }
    return out;
}

command_outcome run_command(world& in, const std::string& app, const std::string& service, const std::string& command)
{
    const auto stack = in.docker.stacks().find(app);
    const auto* c = stack == in.docker.stacks().end() ? nullptr : stack->second.find(service);
    if (c == nullptr || phase_of(*c, in.now) != container_phase::running)
        return {{"Error: container of the service " + service + " not found"}, false};
    const auto text = with_environment(command, *c);
    if (c->of.role != stack::role::database)
        return generally(*c, text);
    auto out = in_database(stack->second, text);
    if (out.worked && out.output.empty())
        return generally(*c, text);
    return out;
}

} // namespace basekeeper::rehearsal
