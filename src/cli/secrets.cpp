// basekeeper secrets rotate: a new master key for everything that is stored.
#include "cli/commands.hpp"
#include "state/master_key.hpp"

#include <fmt/format.h>

namespace basekeeper::cli {

int rotate_secrets(const config::settings& settings, state::store& store, presentation show)
{
    // Variables hold one key at a time; only the key file can carry the old and the new one over.
    if (!settings.master_key->empty() || !settings.passphrase->empty()) {
        const error refused(
            condition::conflict,
            "the master key comes from the environment, where only one can stand",
            "start without BASEKEEPER_MASTER_KEY and BASEKEEPER_PASSPHRASE to use the key file, or re-add the instances"
        );
        return report(show.screen, refused);
    }
    state::master_key_source same;
    same.key_file = settings.key_file->empty() ? store.dir() / "master.key" : *settings.key_file;
    const auto version = store.rotate_master_key(same);
    if (!version)
        return report(show.screen, version.error());
    show.screen.print(fmt::format("all secrets are encrypted under key version {}", *version));
    return 0;
}

} // namespace basekeeper::cli
