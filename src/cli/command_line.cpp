// The grammar of the command line, in CLI11's terms.
#include "base/version.hpp"
#include "cli/grammar.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include <memory>

namespace basekeeper::cli {
namespace {

void add_global_options(CLI::App& app, draft& d)
{
    app.add_option("--config", d.config_file, "Configuration file (default: ~/.config/basekeeper/config.toml)");
    app.add_option("--output", d.format, "table or json")->check(CLI::IsMember({"table", "json"}));
    app.add_flag("--read-only", d.read_only, "Offer and run only what cannot change anything");
    app.add_option("--instance", d.flags["pinned_instance"], "Work on this instance only");
    for (const auto& known : config::known_keys()) {
        if (known.key == "pinned_instance" || known.key == "read_only")
            continue;
        app.add_option(config::flag_name(known.key), d.flags[known.key], known.meaning + " (" + known.allowed + ")")
            ->group("Settings");
    }
    app.fallthrough();
}

void add_call(CLI::App& app, draft& d)
{
    auto* c = app.add_subcommand("call", "Call one tool: basekeeper call query_database --arg query='select 1'");
    c->add_option("tool", d.call.tool, "Name of the tool; see basekeeper tools")->required();
    c->add_option("-a,--arg", d.call.arguments, "name=value; the value is JSON where it parses, else text")
        ->take_all()
        ->expected(1);
    c->add_flag("-y,--yes", d.yes, "Confirm what destroys");
    c->callback([&d] {
        d.call.agreed = d.yes ? consent::given : consent::ask;
        d.chosen = d.call;
    });
}

void add_types(CLI::App& app, draft& d)
{
    auto* types = app.add_subcommand("types", "Print the types of a database: basekeeper types > database.types.ts");
    types->add_option("--schema", d.types.schemas, "May be repeated (default: public)")->take_all()->expected(1);
    types->add_option("--language", d.types.language, "typescript, go, swift or python")
        ->check(CLI::IsMember({"typescript", "go", "swift", "python"}));
    types->callback([&d] { d.chosen = d.types; });
}

void add_local(CLI::App& app, draft& d)
{
    auto* local = app.add_subcommand("local", "Supabase-shaped PostgreSQL on this machine, without Docker");
    local->require_subcommand(1);

    struct entry
    {
        const char* name;
        const char* help;
        local_action action;
    };

    for (const auto& e : {
             entry{"up", "Create and start it, or start it again", local_action::up},
             entry{"down", "Stop it; its data stays", local_action::down},
             entry{"list", "Show all", local_action::list},
             entry{"env", "Print DATABASE_URL and the API keys, in clear, for your shell or .env", local_action::env},
             entry{"destroy", "Stop it and delete its data", local_action::destroy},
         })
    {
        auto* c = local->add_subcommand(e.name, e.help);
        if (e.action != local_action::list)
            c->add_option("name", d.local.name, "a-z, 0-9 and hyphens")->required();
        if (e.action == local_action::destroy)
            c->add_flag("-y,--yes", d.yes, "Do not ask");
        chooser(d, &draft::local)(c, e.action);
    }
}

void add_instance(CLI::App& app, draft& d)
{
    auto* instance = app.add_subcommand("instance", "The instances that this program manages");
    instance->require_subcommand(1);
    const auto finish = chooser(d, &draft::instance);
    auto* add = instance->add_subcommand("add", "Remember an instance; its secrets are stored encrypted");
    add->add_option("name", d.instance.name, "a-z, 0-9 and hyphens")->required();
    auto* source = add->add_option_group("connection", "Exactly one of these");
    source->add_option(
        "--database-url",
        d.instance.database_url,
        "URL, host=… keywords, JDBC or .NET string, or - to read it from standard input"
    );
    source->add_option("--from-env", d.instance.env_file, "A .env with the connection, or - for standard input");
    source->require_option(1);
    add->add_option("--url", d.instance.url, "Address of the Supabase API");
    add->add_option("--kind", d.instance.kind, "self_hosted, cloud, dokploy or local; else told by the host");
    add->add_option("--tag", d.instance.tags, "May be repeated");
    finish(add, instance_action::add);
    finish(instance->add_subcommand("list", "Show all"), instance_action::list);
    auto* remove = instance->add_subcommand("remove", "Forget an instance and its secrets; the database is untouched");
    remove->add_option("name", d.instance.name)->required();
    remove->add_flag("-y,--yes", d.yes, "Do not ask");
    finish(remove, instance_action::remove);
    auto* harden = instance->add_subcommand("harden", "Create and verify the login for read-only queries");
    harden->add_option("name", d.instance.name)->required();
    finish(harden, instance_action::harden);
}

void add_audit(CLI::App& app, draft& d)
{
    auto* audit = app.add_subcommand("audit", "The record of every call");
    audit->require_subcommand(1);
    const auto filters = [&d](CLI::App* c) {
        c->add_option("--tool", d.audit.tool, "Only calls of this tool");
        c->add_option("--on", d.audit.instance, "Only calls on this instance");
        c->add_option("--since", d.audit.since, "RFC 3339 time, or back from now: 30m, 24h, 7d");
        c->add_option("--limit", d.audit.limit, "Most entries")->check(CLI::Range(1, 1'000'000));
    };
    const auto finish = chooser(d, &draft::audit);
    auto* list = audit->add_subcommand("list", "Newest first");
    filters(list);
    finish(list, audit_action::list);
    finish(audit->add_subcommand("verify", "Prove that nothing was changed or removed"), audit_action::verify);
    auto* lines = audit->add_subcommand("export", "All entries, oldest first, one JSON object per line");
    filters(lines);
    finish(lines, audit_action::export_lines);
}

void add_key(CLI::App& app, draft& d)
{
    auto* key = app.add_subcommand("key", "API keys for clients that come in over HTTP");
    key->require_subcommand(1);
    const auto finish = chooser(d, &draft::key);
    auto* create = key->add_subcommand("create", "Make a key; it is shown once and stored as a digest");
    create->add_option("name", d.key.name, "Who will have it")->required();
    create->add_option("--scope", d.key.scopes, "group:read, :write or :destroy; * is every group; may be repeated")
        ->take_all()
        ->expected(1)
        ->required();
    create->add_option("--instance", d.key.instances, "Only on this instance; may be repeated")
        ->take_all()
        ->expected(1);
    create->add_option("--expires", d.key.expires, "From now, such as 90d; else it does not expire");
    finish(create, key_action::create);
    finish(key->add_subcommand("list", "Show all, without the keys themselves"), key_action::list);
    auto* revoke = key->add_subcommand("revoke", "Refuse a key from now on");
    revoke->add_option("id", d.key.id, "See basekeeper key list")->required();
    finish(revoke, key_action::revoke);
}

void add_block(CLI::App& app, draft& d)
{
    auto* block = app.add_subcommand("block", "Addresses that are not answered over HTTP");
    block->require_subcommand(1);
    const auto finish = chooser(d, &draft::block);
    finish(block->add_subcommand("list", "Show all, also those blocked after failures"), block_action::list);
    auto* add = block->add_subcommand("add", "Block an address; IPv6 with its /64");
    add->add_option("address", d.block.address, "IPv4 or IPv6")->required();
    add->add_option("--for", d.block.how_long, "How long, such as 1h; else until it is removed");
    finish(add, block_action::add);
    auto* remove = block->add_subcommand("remove", "Answer it again");
    remove->add_option("address", d.block.address)->required();
    finish(remove, block_action::remove);
}

void add_diff(CLI::App& app, draft& d)
{
    auto* diff = app.add_subcommand("diff", "The SQL that makes the schema of FROM like that of TO; runs nothing");
    diff->add_option("from", d.diff.from, "An instance")->required();
    diff->add_option("to", d.diff.to, "An instance, or a folder of .sql files that make the schema")->required();
    diff->add_option("--schema", d.diff.schemas, "Only this schema; may be repeated")->take_all()->expected(1);
    diff->add_flag("--destructive", d.diff.destructive, "With what loses data or objects");
    diff->add_flag("-y,--yes", d.yes, "Do not ask");
    diff->callback([&d] {
        d.diff.agreed = d.yes ? consent::given : consent::ask;
        d.chosen = d.diff;
    });
}

void add_migration(CLI::App& app, draft& d)
{
    auto* migration = app.add_subcommand("migration", "Change a schema by numbered scripts in a folder");
    migration->require_subcommand(1);
    migration->add_option("--dir", d.migration.dir, "The folder (default: supabase/migrations)");
    const auto finish = chooser(d, &draft::migration);
    auto* create = migration->add_subcommand("new", "Write an empty migration and its down script");
    create->add_option("name", d.migration.name, "What it does: add_users")->required();
    create->add_option("--version", d.migration.version, "Digits; else the time in UTC");
    finish(create, migration_action::create);
    finish(migration->add_subcommand("list", "What is applied, newest first"), migration_action::list);
    finish(migration->add_subcommand("status", "What is pending, and what differs"), migration_action::status);
    const auto running = [&d](CLI::App* c) {
        c->add_flag("--dry-run", d.migration.dry_run, "Roll back; show locks, rewrites and drops");
        c->add_option("--lock-timeout", d.migration.lock_timeout, "For one lock, such as 3s; it is tried six times");
        c->add_flag("-y,--yes", d.yes, "Confirm what destroys");
    };
    auto* up = migration->add_subcommand("up", "Apply what is pending, oldest first");
    up->add_option("--to", d.migration.to, "The last version to apply");
    up->add_flag("--include-all", d.migration.include_all, "Also files that are older than what is applied");
    running(up);
    finish(up, migration_action::up);
    auto* down = migration->add_subcommand("down", "Undo by down scripts, newest first");
    down->add_option("--to", d.migration.to, "The newest version to keep; 0 undoes all")->required();
    running(down);
    finish(down, migration_action::down);
}

void add_jobs(CLI::App& app, draft& d)
{
    auto* jobs = app.add_subcommand("jobs", "Long operations: how far they are, going on with them, taking them back");
    jobs->require_subcommand(1);
    const auto finish = chooser(d, &draft::jobs);
    auto* list = jobs->add_subcommand("list", "Newest first");
    list->add_option("--status", d.jobs.status, "Only these")
        ->check(CLI::IsMember({"running", "succeeded", "failed", "cancelled", "undoing", "undone", "interrupted"}));
    list->add_option("--before", d.jobs.before, "For the next page: the last id of this one");
    list->add_option("--limit", d.jobs.limit, "Most jobs")->check(CLI::Range(1, 100));
    finish(list, jobs_action::list);
    const auto with_id = [&](const char* name, const char* help, jobs_action action) {
        auto* c = jobs->add_subcommand(name, help);
        c->add_option("id", d.jobs.id, "See basekeeper jobs list")->required();
        finish(c, action);
        return c;
    };
    with_id("show", "All of one job: step, failure, what to do next", jobs_action::show);
    with_id("watch", "Follow it to its end; Ctrl-C ends only the watching", jobs_action::watch);
    with_id("cancel", "Stop it between two steps; what is done stays", jobs_action::cancel);
    auto* resume = with_id("resume", "Go on where it stopped; Ctrl-C stops it between two steps", jobs_action::resume);
    resume->add_flag("--undo", d.jobs.back, "Take back what is done instead");
    resume->add_flag("-y,--yes", d.yes, "Do not ask");
}

void add_others(CLI::App& app, draft& d)
{
    auto* serve = app.add_subcommand("serve", "Speak MCP over standard input and output, or over HTTP");
    auto* http =
        serve
            ->add_option(
                "--http", d.http, "Listen at ADDRESS:PORT or unix:PATH (default: http.listen, else 127.0.0.1:8420)"
            )
            ->expected(0, 1);
    serve->callback([&d, http] {
        d.chosen = serve_command{.http = http->count() > 0 ? std::optional(d.http) : std::nullopt};
    });
    auto* tools = app.add_subcommand("tools", "List the tools that clients see");
    tools->add_flag("--json", d.json, "With their schemas, as JSON");
    tools->callback([&d] { d.chosen = tools_command{}; });
    auto* config = app.add_subcommand("config", "Settings");
    config->require_subcommand(1);
    config->add_subcommand("show", "Every setting, its value and where it comes from")->callback([&d] {
        d.chosen = config_command{};
    });
    auto* secrets = app.add_subcommand("secrets", "The encrypted store");
    secrets->require_subcommand(1);
    secrets->add_subcommand("rotate", "Encrypt everything under a new master key")->callback([&d] {
        d.chosen = secrets_command{};
    });
    app.add_subcommand("doctor", "What is installed, reachable, wrong, and what to do")->callback([&d] {
        d.chosen = doctor_command{};
    });
    auto* completion = app.add_subcommand("completion", "Completion script: basekeeper completion bash");
    completion->add_option("shell", d.completion.shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    completion->callback([&d] { d.chosen = d.completion; });
}

void add_rehearse(CLI::App& app, draft& d)
{
    auto* rehearse = app.add_subcommand("rehearse", "Serve a simulated Dokploy with Supabase, to try deployments on");
    rehearse->add_option("--port", d.rehearse.port, "Of its API on 127.0.0.1 (default: any)");
    rehearse->add_option("--speed", d.rehearse.speed, "Simulated seconds in a second (default: 1)")
        ->check(CLI::Range(0.01, 100'000.0));
    rehearse
        ->add_option(
            "--fault",
            d.rehearse.faults,
            "What goes wrong: 500@compose.deploy:2, unhealthy@analytics …; may be repeated"
        )
        ->take_all()
        ->expected(1);
    rehearse->add_option("--version", d.rehearse.version, "Of the Dokploy that it plays (default: v0.30.2)");
    rehearse->add_option("--template", d.rehearse.catalogue, "present, or old-keys: with the keys of early 2025")
        ->check(CLI::IsMember({"present", "old-keys"}));
    rehearse->add_option("--seed", d.rehearse.seed, "The same ids again");
    rehearse->callback([&d] { d.chosen = d.rehearse; });
}

std::unique_ptr<CLI::App> grammar(draft& d)
{
    auto app = std::make_unique<CLI::App>(
        "Deploys, repairs, migrates, backs up and watches Supabase and PostgreSQL: for AI assistants over MCP, for\n"
        "people here.",
        std::string(product_name)
    );
    app->set_version_flag("--version", fmt::format("{} {}", product_name, product_version));
    app->require_subcommand(1);
    add_global_options(*app, d);
    add_others(*app, d);
    add_call(*app, d);
    add_types(*app, d);
    add_local(*app, d);
    add_instance(*app, d);
    add_audit(*app, d);
    add_key(*app, d);
    add_block(*app, d);
    add_diff(*app, d);
    add_dokploy(*app, d);
    add_migration(*app, d);
    add_jobs(*app, d);
    add_rehearse(*app, d);
    return app;
}

} // namespace

std::variant<command_line, usage> parse(int argc, const char* const* argv)
{
    draft d;
    const auto app = grammar(d);
    try {
        app->parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        auto* shown = app.get();
        while (!shown->get_subcommands().empty())
            shown = shown->get_subcommands().front();
        return usage{shown->help("", CLI::AppFormatMode::Normal), 0};
    } catch (const CLI::CallForVersion& e) {
        return usage{std::string(e.what()) + "\n", 0};
    } catch (const CLI::ParseError& e) {
        // CLI11's own words are about the command line only.
        return usage{
            fmt::format("basekeeper: {}\n  next: basekeeper --help\n", e.what()), exit_code(condition::invalid_argument)
        };
    }
    command_line out;
    if (!d.config_file.empty())
        out.config_file = d.config_file;
    for (auto& [key, value] : d.flags)
        if (!value.empty())
            out.flags.emplace(key, std::move(value));
    if (d.read_only)
        out.flags.emplace("read_only", "true");
    out.format = d.format == "json" || d.json ? output::json : output::table;
    out.what = *std::move(d.chosen);
    // It goes to a file, which no model has to read.
    if (std::holds_alternative<types_command>(out.what))
        out.flags.try_emplace("limits.max_result_bytes", "67108864");
    return out;
}

std::vector<std::string> command_names()
{
    draft d;
    std::vector<std::string> names;
    const auto app = grammar(d);
    for (const auto* c : app->get_subcommands({}))
        names.push_back(c->get_name());
    return names;
}

} // namespace basekeeper::cli
