// The master key file: what cannot be written is not half written, and keys do not pile up.
#include "state/master_key.hpp"
#include "state/test_folder.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>

namespace basekeeper::state {
namespace {

using ::testing::HasSubstr;

class master_key_file : public testing::state_test
{
protected:
    std::size_t files() const
    {
        std::size_t n = 0;
        for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(root))
            ++n;
        return n;
    }

    std::vector<crypto::key256> keys() const
    {
        return load_master_keys({.key_text = {}, .passphrase = {}, .key_file = root / "key"}, {}, {}).value();
    }
};

/// While it lives no file can grow: writes fail as on a full disk.
class full_disk
{
public:
    full_disk() : old_handler_(std::signal(SIGXFSZ, SIG_IGN))
    {
        ::getrlimit(RLIMIT_FSIZE, &old_);
        const rlimit none{0, old_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &none);
    }

    ~full_disk()
    {
        ::setrlimit(RLIMIT_FSIZE, &old_);
        std::signal(SIGXFSZ, old_handler_);
    }

    full_disk(const full_disk&) = delete;
    full_disk& operator=(const full_disk&) = delete;

private:
    rlimit old_{};
    void (*old_handler_)(int);
};

TEST_F(master_key_file, on_a_full_disk_nothing_is_made_and_nothing_is_left)
{
    {
        const full_disk full;
        EXPECT_FALSE(create_key_file(root / "key"));
    }
    EXPECT_EQ(files(), 0U);
    ASSERT_TRUE(create_key_file(root / "key"));
    const auto before = keys();
    {
        const full_disk full;
        EXPECT_FALSE(append_key(root / "key"));
    }
    EXPECT_EQ(files(), 1U);
    EXPECT_EQ(keys(), before);
}

TEST_F(master_key_file, without_a_name_is_not_made)
{
    const auto made = create_key_file({});
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message, HasSubstr("making"));
}

TEST_F(master_key_file, without_any_source_of_a_key_it_is_said_how_to_give_one)
{
    const auto got = load_master_keys({}, {}, {});
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, condition::invalid_argument);
    EXPECT_THAT(got.error().hint, HasSubstr("BASEKEEPER_KEY_FILE"));
}

TEST_F(master_key_file, holds_eight_keys_at_most)
{
    ASSERT_TRUE(create_key_file(root / "key"));
    for (int i = 0; i < 7; ++i)
        ASSERT_TRUE(append_key(root / "key"));
    const auto one_more = append_key(root / "key");
    ASSERT_FALSE(one_more);
    EXPECT_EQ(one_more.error().code, condition::conflict);
    EXPECT_EQ(keys().size(), 8U);
    const auto newest = keys().front();
    ASSERT_TRUE(drop_old_keys(root / "key"));
    ASSERT_EQ(keys().size(), 1U);
    EXPECT_EQ(keys().front(), newest);
}

} // namespace
} // namespace basekeeper::state
