// Rows of Dokploy and plans as setups, and what differs between two.
#include "features/deploy/setup.hpp"

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "env_text/shown.hpp"
#include "json/text.hpp"
#include "stack/compose_file.hpp"
#include "stack/variables.hpp"

#include <boost/describe/enum_from_string.hpp>
#include <boost/describe/enum_to_string.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace basekeeper::deploy {
namespace {

/// Shorter ones would be found in every other word.
constexpr std::size_t least_secret_bytes = 8;

std::string with_slash(std::string path)
{
    return path.starts_with('/') ? path : "/" + path;
}

void in_order(setup& what)
{
    std::ranges::sort(what.files, {}, &setup_file::path);
    std::ranges::sort(what.domains, {}, [](const setup_domain& d) { return std::pair(d.host, d.path); });
}

std::unexpected<error> damaged()
{
    return fail(
        condition::internal, "reading a configuration that was kept: it is damaged", "choose another one of the history"
    );
}

std::string text_in(const boost::json::object& in, std::string_view name)
{
    const auto* found = in.if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

bool truth_in(const boost::json::object& in, std::string_view name)
{
    const auto* found = in.if_contains(name);
    return found != nullptr && found->is_bool() && found->get_bool();
}

std::string short_digest(const crypto::secret<>& of)
{
    return fmt::format("{} bytes, sha256 {:.12}", of.reveal().size(), crypto::to_hex(crypto::sha256(of.reveal())));
}

std::string words(const setup_domain& d)
{
    return fmt::format(
        "{}://{}{} → {}:{}, certificate {}{}{}",
        d.https ? "https" : "http",
        d.host,
        d.path == "/" ? "" : d.path,
        d.service,
        d.port,
        boost::describe::enum_to_string(d.certificate, "unknown"),
        d.resolver.empty() ? "" : " of ",
        d.resolver
    );
}

/// Where a compose file differs. Its lines themselves are not shown: whoever wrote secrets out in it would read them in
/// every review.
struct changed_lines
{
    std::string before;
    std::string after;
};

std::vector<std::string_view> lines_of(std::string_view text)
{
    std::vector<std::string_view> out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        out.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

changed_lines changed(std::string_view before, std::string_view after)
{
    auto was = lines_of(before);
    auto is = lines_of(after);
    while (!was.empty() && !is.empty() && was.back() == is.back()) {
        was.pop_back();
        is.pop_back();
    }
    std::size_t same = 0;
    while (same < std::min(was.size(), is.size()) && was[same] == is[same])
        ++same;
    const auto place = [&](std::size_t count) { return fmt::format("{} lines from line {}", count - same, same + 1); };
    return {place(was.size()), place(is.size())};
}

/// All that a node says, so that two can be compared.
void spell(const yaml::node& n, std::string& out)
{
    out += n.text;
    out += '\x1f';
    for (const auto& item : n.items)
        spell(item, out);
    for (const auto& [name, value] : n.members) {
        spell(name, out);
        spell(value, out);
    }
    out += '\x1e';
}

std::string spelled(const stack::compose_file::service& s)
{
    std::string out;
    spell(*s.node, out);
    return out;
}

bool refers_to_one_of(std::string_view text, const std::set<std::string>& names)
{
    return std::ranges::any_of(stack::references(text), [&](const auto& r) { return names.contains(r.name); });
}

std::set<std::string> changed_variables(const env_text::document& before, const env_text::document& after)
{
    std::set<std::string> out;
    for (const auto& [name, value] : before.values())
        if (const auto* now = after.find(name); now == nullptr || !(*now == value))
            out.insert(name);
    for (const auto& [name, value] : after.values())
        if (before.find(name) == nullptr)
            out.insert(name);
    // What refers to a changed one changes with it.
    for (auto known = out.size() + 1; known != out.size();) {
        known = out.size();
        for (const auto& [name, value] : after.values())
            if (refers_to_one_of(value.reveal(), out))
                out.insert(name);
    }
    return out;
}

/// True when its variables come from the env text whole, without being named.
bool takes_whole_env(const stack::compose_file::service& s)
{
    return s.node->find("env_file") != nullptr;
}

/// All but the services: networks, volumes and the like, which any of them may use.
std::string spelled_frame(const stack::compose_file& file)
{
    std::string out;
    for (const auto& [name, value] : file.root().members)
        if (name.text != "services") {
            spell(name, out);
            spell(value, out);
        }
    return out;
}

/// Of `one`, what `other` has not.
template <class T>
std::vector<T> only_in(const std::vector<T>& one, const std::vector<T>& other)
{
    std::vector<T> out;
    std::ranges::copy_if(one, std::back_inserter(out), [&](const T& each) {
        return std::ranges::find(other, each) == other.end();
    });
    return out;
}

bool mounts_one_of(const std::vector<setup_file>& files, const stack::bind& b)
{
    return std::ranges::any_of(files, [&](const setup_file& f) {
        const auto source = "../files" + f.path;
        return source == b.source || source.starts_with(b.source + "/");
    });
}

void add_files(std::vector<difference>& out, const setup& before, const setup& after)
{
    std::map<std::string, std::pair<std::string, std::string>> by_path;
    for (const auto& f : before.files)
        by_path[f.path].first = short_digest(f.content);
    for (const auto& f : after.files)
        by_path[f.path].second = short_digest(f.content);
    for (const auto& [path, both] : by_path)
        if (both.first != both.second)
            out.push_back({"file " + path, both.first, both.second});
}

void add_domains(std::vector<difference>& out, const setup& before, const setup& after)
{
    std::map<std::string, std::pair<std::string, std::string>> by_host;
    for (const auto& d : before.domains)
        by_host[d.host + d.path].first = words(d);
    for (const auto& d : after.domains)
        by_host[d.host + d.path].second = words(d);
    for (const auto& [host, both] : by_host)
        if (both.first != both.second)
            out.push_back(
                {"domain " + (host.ends_with('/') ? host.substr(0, host.size() - 1) : host), both.first, both.second}
            );
}

} // namespace

setup setup_of(const dokploy::compose& row)
{
    setup out{.env = row.env, .compose = row.file, .isolated = row.isolated};
    for (const auto& m : row.mounts)
        if (m.type == "file")
            out.files.push_back({with_slash(m.file_path), m.content});
    for (const auto& d : row.domains)
        out.domains.push_back({
            .host = d.host,
            .service = d.service_name,
            .port = d.port,
            .path = d.path.empty() ? "/" : d.path,
            .https = d.https,
            .certificate = d.certificate,
            .resolver = d.certificate_resolver,
        });
    in_order(out);
    return out;
}

setup setup_of(const stack::stack_plan& plan)
{
    setup out{.env = plan.env.text(), .compose = crypto::secret<>(plan.compose)};
    for (const auto& m : plan.mounts)
        out.files.push_back({with_slash(m.path), crypto::secret<>(m.content)});
    for (const auto& d : plan.domains)
        out.domains.push_back(
            {.host = d.host, .service = d.service, .port = d.port, .path = d.path.empty() ? "/" : d.path}
        );
    in_order(out);
    return out;
}

std::string public_url(const setup& of)
{
    for (const auto& d : of.domains)
        if (d.path == "/")
            return fmt::format("{}://{}", d.https ? "https" : "http", d.host);
    return {};
}

crypto::secret<> to_text(const setup& what)
{
    std::string out = "{\"env\":";
    json::write_string(out, what.env.reveal());
    out += ",\"compose\":";
    json::write_string(out, what.compose.reveal());
    out += fmt::format(",\"isolated\":{},\"files\":[", what.isolated);
    for (const auto& f : what.files) {
        out += out.back() == '[' ? "{\"path\":" : ",{\"path\":";
        json::write_string(out, f.path);
        out += ",\"content\":";
        json::write_string(out, f.content.reveal());
        out += '}';
    }
    out += "],\"domains\":";
    boost::json::array domains;
    for (const auto& d : what.domains)
        domains.push_back(boost::json::object{
            {"host", d.host},
            {"service", d.service},
            {"port", d.port},
            {"path", d.path},
            {"https", d.https},
            {"certificate", boost::describe::enum_to_string(d.certificate, "unknown")},
            {"resolver", d.resolver},
        });
    json::write_value(out, domains);
    out += '}';
    return crypto::secret<>(std::move(out));
}

result<setup> setup_from(const crypto::secret<>& text)
{
    const auto read = json::read(text.reveal(), {.max_bytes = std::size_t{16} << 20U});
    if (!read || !read->is_object() || !read->get_object().contains("env") || !read->get_object().contains("compose"))
        return damaged();
    const auto& whole = read->get_object();
    setup out{
        .env = crypto::secret<>(text_in(whole, "env")),
        .compose = crypto::secret<>(text_in(whole, "compose")),
        .isolated = truth_in(whole, "isolated")
    };
    const auto* files = whole.if_contains("files");
    const auto* domains = whole.if_contains("domains");
    if (files == nullptr || !files->is_array() || domains == nullptr || !domains->is_array())
        return damaged();
    for (const auto& f : files->get_array()) {
        if (!f.is_object())
            return damaged();
        out.files.push_back({text_in(f.get_object(), "path"), crypto::secret<>(text_in(f.get_object(), "content"))});
    }
    for (const auto& d : domains->get_array()) {
        if (!d.is_object())
            return damaged();
        const auto& o = d.get_object();
        const auto* port = o.if_contains("port");
        setup_domain one{
            .host = text_in(o, "host"),
            .service = text_in(o, "service"),
            .port = port != nullptr && port->is_int64() ? port->get_int64() : 8000,
            .path = text_in(o, "path"),
            .https = truth_in(o, "https"),
            .resolver = text_in(o, "resolver")
        };
        if (!boost::describe::enum_from_string(text_in(o, "certificate").c_str(), one.certificate))
            one.certificate = dokploy::certificate_type::unknown;
        out.domains.push_back(std::move(one));
    }
    return out;
}

stack::configuration to_check(const setup& what, std::string name, wall_time now)
{
    stack::configuration out{
        .name = std::move(name),
        .env = what.env.reveal(),
        .compose = what.compose.reveal(),
        .domains = std::vector<stack::configured_domain>{},
        .mounts = std::vector<stack::file_mount>{},
        .isolation = what.isolated ? stack::isolation::isolated : stack::isolation::shared,
        .now = now
    };
    for (const auto& d : what.domains)
        out.domains->push_back({d.host, d.service, static_cast<std::uint16_t>(d.port), d.https});
    for (const auto& f : what.files)
        out.mounts->push_back({f.path, f.content.reveal()});
    return out;
}

result<std::vector<crypto::secret<>>> secrets_of(const setup& what)
{
    const auto env = TRY(env_text::document::parse(what.env.reveal()));
    std::vector<crypto::secret<>> out;
    for (const auto& [name, value] : env.values())
        if (!stack::may_show(name) && value.reveal().size() >= least_secret_bytes)
            out.push_back(value);
    return out;
}

result<std::vector<difference>> compare(const setup& before, const setup& after)
{
    std::vector<difference> out;
    if (before.compose != after.compose) {
        auto lines = changed(before.compose.reveal(), after.compose.reveal());
        if (lines.before == lines.after)
            lines.after += " (others)";
        out.push_back({"compose file", lines.before, lines.after});
    }
    add_domains(out, before, after);
    const auto was = TRY(env_text::document::parse(before.env.reveal()));
    const auto is = TRY(env_text::document::parse(after.env.reveal()));
    for (auto& c : env_text::compare(was, is, stack::may_show)) {
        // A secret that changes must not look as if it stayed.
        if (c.kind == env_text::change_kind::changed && c.before == c.after)
            c.after = fmt::format("{} (another)", c.after);
        out.push_back({"env " + c.name, std::move(c.before), std::move(c.after)});
    }
    add_files(out, before, after);
    if (before.isolated != after.isolated)
        out.push_back({"isolation", before.isolated ? "isolated" : "shared", after.isolated ? "isolated" : "shared"});
    return out;
}

result<std::vector<std::string>> restarted_by_deployment(const setup& of)
{
    const auto file = TRY(stack::compose_file::parse(of.compose.reveal()));
    const auto* gateway = file.find(stack::role::gateway);
    return gateway == nullptr ? std::vector<std::string>{} : std::vector{gateway->name};
}

result<touched_services> touched(const setup& before, const setup& after)
{
    const auto was = TRY(stack::compose_file::parse(before.compose.reveal()));
    const auto is = TRY(stack::compose_file::parse(after.compose.reveal()));
    const auto variables = changed_variables(
        TRY(env_text::document::parse(before.env.reveal())), TRY(env_text::document::parse(after.env.reveal()))
    );
    const auto files = only_in(after.files, before.files);
    auto domains = only_in(after.domains, before.domains);
    std::ranges::move(only_in(before.domains, after.domains), std::back_inserter(domains));
    const auto binds = is.binds();
    const bool frame_changed = before.isolated != after.isolated || spelled_frame(was) != spelled_frame(is);
    touched_services out;
    // Only a deployment takes away what is no longer there.
    for (const auto& s : was.services())
        if (is.find(s.name) == nullptr)
            out.by_deployment.push_back(s.name);
    for (const auto& s : is.services()) {
        const auto text = spelled(s);
        const auto* old = was.find(s.name);
        const bool anew = frame_changed || old == nullptr || spelled(*old) != text ||
                          std::ranges::find(domains, s.name, &setup_domain::service) != domains.end() ||
                          refers_to_one_of(text, variables) || (takes_whole_env(s) && !variables.empty());
        const bool mounts = std::ranges::any_of(binds, [&](const stack::bind& b) {
            return b.service == s.name && mounts_one_of(files, b);
        });
        if (anew)
            out.by_deployment.push_back(s.name);
        // A deployment that makes it anew reads the new file as well.
        else if (mounts)
            out.by_restart.push_back(s.name);
    }
    // What is made anew has another address, and a gateway keeps the old ones for a while: requests would end in 502.
    const auto* gateway = is.find(stack::role::gateway);
    const bool keeps_addresses = gateway != nullptr && !out.by_deployment.empty() &&
                                 std::ranges::find(out.by_deployment, gateway->name) == out.by_deployment.end() &&
                                 std::ranges::find(out.by_restart, gateway->name) == out.by_restart.end();
    if (keeps_addresses)
        out.by_restart.push_back(gateway->name);
    return out;
}

} // namespace basekeeper::deploy
