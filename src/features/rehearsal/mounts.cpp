// mounts.*: of a compose service only files matter, and they are written at once.
#include "features/rehearsal/listing.hpp"
#include "features/rehearsal/mount_rows.hpp"
#include "features/rehearsal/world.hpp"

namespace basekeeper::rehearsal {
namespace {

using boost::json::array;
using enum procedure_kind;

/// The shell that writes an updated file takes no more in one argument; what is longer is lost without a word.
constexpr std::size_t most_updatable_bytes = 96'000;

std::string below_files(std::string path)
{
    while (path.starts_with('/'))
        path.erase(0, 1);
    return path;
}

stack_on_host* stack_of(world& in, const row& mount)
{
    const auto* service = in.composes.find(text_of(mount, "composeId"));
    return service == nullptr ? nullptr : &in.docker.stack(text_of(*service, "appName"));
}

void write_file(world& in, const row& mount)
{
    auto* stack = stack_of(in, mount);
    if (stack != nullptr && text_of(mount, "type") == "file")
        stack->files[below_files(text_of(mount, "filePath"))] = text_of(mount, "content");
}

outcome create(incoming& what)
{
    const auto type = what.has("serviceType") ? what.text("serviceType") : std::string("application");
    if (type != "compose")
        return not_found("Application not found"); // there are none here
    if (what.on.composes.find(what.text("serviceId")) == nullptr)
        return not_found("Compose not found");
    auto columns = what.input;
    columns.erase("serviceId");
    columns["serviceType"] = type;
    columns["composeId"] = what.text("serviceId");
    return new_mount_row(what.on, columns);
}

outcome update(incoming& what)
{
    auto* found = what.on.mounts.find(what.text("mountId"));
    if (found == nullptr)
        return not_found("Mount not found");
    overwrite(*found, what.input);
    if (text_of(*found, "content").size() <= most_updatable_bytes)
        write_file(what.on, *found);
    return *found;
}

outcome one(incoming& what)
{
    const auto* found = what.on.mounts.find(what.text("mountId"));
    if (found == nullptr)
        return not_found("Mount not found");
    return *found;
}

outcome remove(incoming& what)
{
    auto gone = what.on.mounts.take(what.text("mountId"));
    if (!gone)
        return not_found("Mount not found");
    if (auto* stack = stack_of(what.on, *gone))
        stack->files.erase(below_files(text_of(*gone, "filePath")));
    return *std::move(gone);
}

outcome list(incoming& what)
{
    array out;
    if (what.text("serviceType") == "compose")
        for (const auto* found : what.on.mounts.where("composeId", what.text("serviceId")))
            out.emplace_back(*found);
    return out;
}

} // namespace

row& new_mount_row(world& in, const row& columns)
{
    row all{
        {"type", "file"},
        {"hostPath", nullptr},
        {"volumeName", nullptr},
        {"filePath", nullptr},
        {"content", nullptr},
        {"serviceType", "compose"},
        {"mountPath", ""},
        {"composeId", nullptr},
    };
    overwrite(all, columns);
    for (const auto* none : {"applicationId", "libsqlId", "mariadbId", "mongoId", "mysqlId", "postgresId", "redisId"})
        all[none] = nullptr;
    auto& made = in.mounts.insert(std::move(all), in.chance);
    write_file(in, made);
    return made;
}

std::vector<procedure> mount_procedures()
{
    return {
        {"mounts.create",
         mutation,
         "type!:{bind,volume,file} mountPath!:text(1) serviceId!:text(1) "
         "serviceType:{application,postgres,mysql,mariadb,mongo,redis,compose,libsql} hostPath:text? volumeName:text? "
         "filePath:text? content:text?",
         create},
        {"mounts.update",
         mutation,
         "mountId!:text(1) type:{bind,volume,file} hostPath:text? volumeName:text? filePath:text? content:text? "
         "mountPath:text(1)",
         update},
        {"mounts.one", query, "mountId!:text(1)", one},
        {"mounts.remove", mutation, "mountId!", remove},
        {"mounts.listByServiceId", query, "serviceType!:text(1) serviceId!:text(1)", list},
    };
}

} // namespace basekeeper::rehearsal
