// flock(2), tried again every few milliseconds: a blocked thread could not be told to stop.
#include "features/local/instance_lock.hpp"

#include "io/event.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace basekeeper::local {

io::task<result<instance_lock>> instance_lock::acquire(std::filesystem::path file, io::deadline until)
{
    const int number = ::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (number < 0)
        co_return fail(
            condition::denied,
            "cannot open " + file.string() + ": " + std::generic_category().message(errno),
            "run as the user who made the instance"
        );
    instance_lock held(number);
    while (::flock(number, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            co_return fail(condition::unavailable, "cannot lock " + file.string());
        if (until.expired())
            co_return fail(
                condition::conflict,
                "another basekeeper is working on this local instance",
                "wait until it is done, then try again"
            );
        CO_TRY(co_await io::sleep(std::chrono::milliseconds(20)));
    }
    co_return held;
}

instance_lock::~instance_lock()
{
    if (file_ >= 0)
        ::close(file_);
}

} // namespace basekeeper::local
