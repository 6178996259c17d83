// basekeeper secrets rotate: a new master key for everything that is stored.
#include "cli/commands.hpp"
#include "state/master_key.hpp"

#include <fmt/format.h>

namespace basekeeper::cli {

namespace {

result<std::uint32_t> rotate(const config::settings& settings, state::store& store)
{
    // Variables hold one key at a time; only the key file can carry the old and the new one over.
    if (!settings.master_key->empty() || !settings.passphrase->empty())
        return fail(
            condition::conflict,
            "the master key comes from the environment, where only one can stand",
            "start without BASEKEEPER_MASTER_KEY and BASEKEEPER_PASSPHRASE to use the key file, or re-add the instances"
        );
    state::master_key_source same;
    same.key_file = settings.key_file->empty() ? store.dir() / "master.key" : *settings.key_file;
    return store.rotate_master_key(same);
}

} // namespace

int rotate_secrets(const config::settings& settings, state::store& store, const bookkeeping& book, presentation show)
{
    recorded_command recorded(book, "secrets rotate", {}, {});
    const auto version = rotate(settings, store);
    const auto done = recorded.end(version ? result<>{} : std::unexpected(version.error()));
    if (!done)
        return report(show.screen, done.error());
    show.screen.print(fmt::format("all secrets are encrypted under key version {}", *version));
    return 0;
}

} // namespace basekeeper::cli
