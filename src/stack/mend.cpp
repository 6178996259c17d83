// Each function looks whether its defect is there, mends it and says so; a template that is right stays as it is.
#include "stack/mend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace basekeeper::stack {
namespace {

constexpr std::string_view realtime_of_examples = "realtime-dev.supabase-realtime";

void mended(draft& d, std::string text)
{
    d.notes.push_back({note_kind::mended, std::move(text)});
}

void remark(draft& d, std::string text)
{
    d.notes.push_back({note_kind::remark, std::move(text)});
}

std::vector<std::string> service_names(const draft& d)
{
    std::vector<std::string> out;
    out.reserve(d.compose.services().size());
    for (const auto& one : d.compose.services())
        out.push_back(one.name);
    return out;
}

/// Sets a variable of a service unless it has this value.
result<bool> set(draft& d, const compose_file::service& of, std::string_view name, std::string_view value)
{
    const auto* has = d.compose.variable(of, name);
    if (has != nullptr && *has == value)
        return false;
    const auto service = of.name;
    TRY(d.compose.set_variable(service, name, value));
    return true;
}

result<> free_volume_names(draft& d)
{
    const auto* volumes = d.compose.root().find("volumes");
    if (volumes == nullptr)
        return {};
    std::vector<std::string> named;
    for (const auto& [key, volume] : volumes->members)
        if (volume.find("name") != nullptr)
            named.push_back(key.text);
    for (const auto& name : named) {
        TRY(d.compose.remove({"volumes", name, "name"}));
        mended(d, fmt::format("the volume {} has no fixed name, which two stacks would share", name));
    }
    return {};
}

bool refers_to(std::string_view value, std::string_view name)
{
    const auto found = references(value);
    return std::ranges::find(found, name, &reference::name) != found.end();
}

/// The parts of a mail server's settings.
env_text::settings mail_settings(const std::optional<smtp_settings>& smtp)
{
    const auto text = [](std::string value) { return crypto::secret<>(std::move(value)); };
    if (!smtp)
        return {{"SMTP_HOST", text("")}, {"SMTP_PORT", text("587")}, {"SMTP_USER", text("")}, {"SMTP_PASS", text("")}};
    return {
        {"SMTP_HOST", text(smtp->host)},
        {"SMTP_PORT", text(std::to_string(smtp->port))},
        {"SMTP_USER", text(smtp->user)},
        {"SMTP_PASS", smtp->password},
        {"SMTP_ADMIN_EMAIL", text(smtp->sender_address)},
        {"SMTP_SENDER_NAME", text(smtp->sender_name)},
    };
}

/// Whether a switch was on and is off now.
bool turns_off(const draft& d, std::string_view name, env_text::settings& changes)
{
    if (d.env.value_or_empty(name) != "true")
        return false;
    changes.emplace_back(std::string(name), crypto::secret<>(std::string("false")));
    return true;
}

void settle_mail(draft& d, const std::optional<smtp_settings>& smtp, env_text::settings& changes)
{
    // Without mail nobody ever gets a link to open: then nobody could sign up.
    if (!smtp) {
        changes.emplace_back("ENABLE_EMAIL_AUTOCONFIRM", crypto::secret<>("true"));
        remark(d, "no mail server is set: mail addresses count without a proof, and passwords cannot be reset");
    } else if (turns_off(d, "ENABLE_EMAIL_AUTOCONFIRM", changes)) {
        mended(d, "a mail address counts only after its link was opened");
    }
    for (auto& one : mail_settings(smtp))
        changes.push_back(std::move(one));
}

} // namespace

result<> free_names(draft& d)
{
    TRY(d.compose.remove({"name"}));
    for (const auto& service : service_names(d)) {
        if (d.compose.find(service)->node->find("container_name") == nullptr)
            continue;
        TRY(d.compose.remove({"services", service, "container_name"}));
        mended(d, fmt::format("{} has no fixed container name, which a second stack could not take", service));
    }
    return free_volume_names(d);
}

result<> unpublish_ports(draft& d, which_ports which)
{
    for (const auto& service : service_names(d)) {
        const auto* one = d.compose.find(service);
        const bool is_meant = which == which_ports::all || one->role == role::database || one->role == role::pooler;
        if (!is_meant || one->node->find("ports") == nullptr)
            continue;
        TRY(d.compose.remove({"services", service, "ports"}));
        mended(d, fmt::format("{} publishes no port of the server; the domain leads to the stack", service));
    }
    return {};
}

result<> keep_files(draft& d)
{
    bool changed = false;
    for (const auto& bind : d.compose.binds()) {
        if (!bind.source.starts_with("./"))
            continue;
        // The short form has the source in front, so that nothing else of it is touched.
        TRY(d.compose.replace_below(
            {"services", bind.service, "volumes"}, bind.source, "../files" + bind.source.substr(1)
        ));
        changed = true;
    }
    if (changed)
        mended(d, "files stand below ../files, where a deployment does not wipe them");
    return {};
}

result<> mend_tenant(draft& d)
{
    const auto* realtime = d.compose.find(role::realtime);
    if (realtime == nullptr)
        return {};
    const auto service = realtime->name;
    bool changed = TRY(set(d, *realtime, "SELF_HOST_TENANT_NAME", service));
    const auto before = d.compose.text();
    TRY(d.compose.replace_below(
        {"services", service, "healthcheck"}, "/api/tenants/realtime-dev/", fmt::format("/api/tenants/{}/", service)
    ));
    TRY(d.compose.replace_below({"services"}, realtime_of_examples, service));
    changed = changed || d.compose.text() != before;
    for (auto& mount : d.mounts)
        for (auto at = mount.content.find(realtime_of_examples); at != std::string::npos;
             at = mount.content.find(realtime_of_examples, at))
        {
            mount.content.replace(at, realtime_of_examples.size(), service);
            changed = true;
        }
    if (changed)
        mended(d, fmt::format("realtime serves the tenant {}, the name by which the gateway reaches it", service));
    return {};
}

result<> wire_realtime_key(draft& d)
{
    const auto* realtime = d.compose.find(role::realtime);
    const auto* key = realtime == nullptr ? nullptr : d.compose.variable(*realtime, "DB_ENC_KEY");
    if (key == nullptr || refers_to(*key, "REALTIME_DB_ENC_KEY"))
        return {};
    const auto service = realtime->name;
    TRY(d.compose.set_variable(service, "DB_ENC_KEY", "${REALTIME_DB_ENC_KEY}"));
    mended(d, "realtime encrypts with a key of this stack, not with the published one");
    return {};
}

result<> wire_keys(draft& d)
{
    struct wire
    {
        stack::role role;
        std::string_view variable;
        std::string_view value;
    };

    constexpr std::array wires{
        wire{role::auth, "GOTRUE_JWT_KEYS", "${JWT_KEYS}"},
        wire{role::rest, "PGRST_JWT_SECRET", "${JWT_JWKS}"},
        wire{role::realtime, "API_JWT_JWKS", "${JWT_JWKS}"},
        wire{role::storage, "JWT_JWKS", "${JWT_JWKS}"},
        wire{role::functions, "SUPABASE_JWKS", "${JWT_JWKS}"},
        wire{role::gateway, "SUPABASE_PUBLISHABLE_KEY", "${SUPABASE_PUBLISHABLE_KEY}"},
        wire{role::gateway, "SUPABASE_SECRET_KEY", "${SUPABASE_SECRET_KEY}"},
        wire{role::gateway, "ANON_KEY_ASYMMETRIC", "${ANON_KEY_ASYMMETRIC}"},
        wire{role::gateway, "SERVICE_ROLE_KEY_ASYMMETRIC", "${SERVICE_ROLE_KEY_ASYMMETRIC}"},
    };
    bool changed = false;
    for (const auto& one : wires) {
        const auto* service = d.compose.find(one.role);
        if (service == nullptr)
            continue;
        const auto* has = d.compose.variable(*service, one.variable);
        // `${JWT_KEYS:-[]}` and its like already lead there.
        const auto name = one.value.substr(2, one.value.size() - 3);
        if (has != nullptr && refers_to(*has, name))
            continue;
        changed = TRY(set(d, *service, one.variable, one.value)) || changed;
    }
    if (changed)
        mended(d, "all services verify by the same set of keys, so that sb_ keys and ES256 tokens are taken");
    return {};
}

result<> free_database(draft& d)
{
    const auto* database = d.compose.find(role::database);
    const auto* collector = d.compose.find(role::vector);
    if (database == nullptr || collector == nullptr)
        return {};
    const auto* waits = database->node->find("depends_on");
    if (waits == nullptr || waits->find(collector->name) == nullptr)
        return {};
    const auto on = collector->name;
    const auto of = database->name;
    if (waits->members.size() == 1)
        TRY(d.compose.remove({"services", of, "depends_on"}));
    else
        TRY(d.compose.remove({"services", of, "depends_on", on}));
    mended(d, fmt::format("the database does not wait for {}, whose failure stopped everything", on));
    return {};
}

result<> mend_settings(draft& d, const stack_wishes& wishes)
{
    env_text::settings changes;
    if (turns_off(d, "ENABLE_PHONE_AUTOCONFIRM", changes))
        mended(d, "a telephone number counts only after its code was entered");
    if (!wishes.keeps_mail)
        settle_mail(d, wishes.smtp, changes);
    if (d.env.value_or_empty("OPENAI_API_KEY").starts_with("sk-proj-xxxx")) {
        changes.emplace_back("OPENAI_API_KEY", crypto::secret<>());
        mended(d, "the placeholder of OPENAI_API_KEY is gone");
    }
    TRY(d.env.merge(changes));
    if (d.env.value_or_empty("FUNCTIONS_VERIFY_JWT") == "false")
        remark(d, "edge functions can be called without a key (FUNCTIONS_VERIFY_JWT is false)");
    return {};
}

} // namespace basekeeper::stack
