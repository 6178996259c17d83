// Written beside, synced, renamed: either the old record is there or the new one.
#include "features/local/instance_record.hpp"

#include "json/text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

namespace basekeeper::local {
namespace {

std::unexpected<error> cannot_write(const layout& place)
{
    return fail(
        condition::unavailable,
        "cannot write " + place.record().string() + ": " + std::generic_category().message(errno),
        "check that the disk is not full"
    );
}

} // namespace

result<instance_record> read_record(const layout& place)
{
    std::ifstream file(place.record());
    if (!file)
        return fail(condition::not_found, "there is no " + place.record().string());
    std::ostringstream text;
    text << file.rdbuf();
    const auto damaged = [&](const std::string& why) {
        return fail(
            condition::conflict,
            place.record().string() + " is damaged: " + why,
            "run `basekeeper local destroy " + place.name() + "` to begin anew"
        );
    };
    const auto value = json::read(text.view());
    if (!value || !value->is_object())
        return damaged(value ? "not an object" : value.error().message);
    auto record = json::decode<instance_record>(value->get_object());
    if (!record)
        return damaged(record.error().message);
    return record;
}

result<> write_record(const layout& place, const instance_record& record)
{
    std::string text;
    json::encode(text, record);
    text += '\n';
    const auto beside = place.record().string() + ".new";
    const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (file < 0)
        return cannot_write(place);
    const bool written =
        ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
    ::close(file);
    if (!written || ::rename(beside.c_str(), place.record().c_str()) != 0)
        return cannot_write(place);
    const int folder = ::open(place.home().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        ::fsync(folder);
        ::close(folder);
    }
    return {};
}

} // namespace basekeeper::local
