// SPDX-License-Identifier: MIT
//
// One writer that never pauses, and readers that must find every version whole and none that is older than the last.

#include "support/price_schedules.hpp"
#include "support/scale.hpp"

#include <maxwell/thermal/price_page.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace maxwell::test {
namespace {

TEST(price_page, readers_see_whole_versions_in_order_while_the_writer_goes_on) {
    constexpr std::size_t lanes = 2;
    static price_page<lanes> page;
    const auto versions = static_cast<std::uint32_t>(scaled(400'000));
    std::atomic<bool> done = false;

    const auto look = [&] {
        std::uint32_t last = 0;
        for (bool go_on = true; go_on;) {
            go_on = !done.load(std::memory_order_acquire);  // one read more after the last version
            price_schedule<lanes> mine;
            const price_read read = page.read(mine);
            if (read != price_read::ok) continue;
            ASSERT_TRUE(is_numbered(mine)) << "a mixture around version " << mine.base_price();
            ASSERT_GE(mine.base_price(), last) << "an older version came after a newer one";
            last = mine.base_price();
        }
        EXPECT_EQ(last, versions);
    };
    std::vector<std::thread> readers;
    for (int n = 0; n < 3; ++n) readers.emplace_back(look);
    for (std::uint32_t n = 1; n <= versions; ++n) ASSERT_TRUE(page.publish(numbered_schedule<lanes>(n)));
    done.store(true, std::memory_order_release);
    for (std::thread& reader : readers) reader.join();
    EXPECT_TRUE(page.check_invariants());
}

}  // namespace
}  // namespace maxwell::test
