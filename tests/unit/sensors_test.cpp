// SPDX-License-Identifier: MIT
//
// Sensors on trees of files, whole and broken, on a library that plays NVML, and on recordings.

#include <maxwell/host/nvml_sensors.hpp>
#include <maxwell/host/polled_sensor.hpp>
#include <maxwell/host/power_meter.hpp>
#include <maxwell/host/replay_sensors.hpp>
#include <maxwell/host/sysfs_sensors.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace maxwell::host {
namespace {

using values = std::map<std::string, std::optional<std::int64_t>>;

class sensors : public testing::Test {
protected:
    sensors() { std::filesystem::create_directories(root_); }
    ~sensors() override { std::filesystem::remove_all(root_); }

    void write(std::string const& path, std::string const& text) const {
        const std::filesystem::path file = root_ + '/' + path;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
    }

    /// What all of them read.
    static values read(sensor_list& list) {
        values found;
        for (sensor& s : list.sensors) {
            const auto sampled = s.read();
            EXPECT_EQ(sampled.has_value(), s.trouble().empty()) << s.name() << s.trouble();
            found[s.name() + ' ' + std::string(to_string(s.what()))] =
                sampled ? std::optional(sampled->value) : std::nullopt;
        }
        EXPECT_EQ(found.size(), list.sensors.size()) << "two sensors have the same name";
        EXPECT_EQ(list.not_available.empty(), !list.sensors.empty());
        return found;
    }

    std::string root_ =
        (std::filesystem::temp_directory_path() / "maxwell_sensors.").string() + std::to_string(getpid());
};

TEST_F(sensors, a_machine_without_any_says_so) {
    for (sensor_list list : {find_hwmon(root_), find_thermal_zones(root_), find_rapl(root_), find_cpufreq(root_)}) {
        EXPECT_TRUE(list.sensors.empty());
        EXPECT_NE(list.not_available.find(root_ + "/sys/"), std::string::npos) << list.not_available;
    }
}

TEST_F(sensors, hwmon_has_temperatures_and_powers_by_their_labels) {
    write("sys/class/hwmon/hwmon0/name", "k10temp\n");
    write("sys/class/hwmon/hwmon0/temp1_input", "45125\n");
    write("sys/class/hwmon/hwmon0/temp1_label", "Tctl\n");
    write("sys/class/hwmon/hwmon0/temp2_input", "-5000\n");
    write("sys/class/hwmon/hwmon0/temp2_max", "95000\n");
    write("sys/class/hwmon/hwmon10/name", "k10temp\n");
    write("sys/class/hwmon/hwmon10/temp1_input", "50000");
    write("sys/class/hwmon/hwmon2/power1_input", "1\n");
    write("sys/class/hwmon/hwmon2/power1_average", "65000000\n");
    write("sys/class/hwmon/hwmon2/power2_input", "7000000\n");
    sensor_list list = find_hwmon(root_);
    EXPECT_EQ(read(list), (values{{"hwmon/k10temp.0/Tctl temperature_mk", 318'275},
                                  {"hwmon/k10temp.0/temp2 temperature_mk", 268'150},
                                  {"hwmon/k10temp.10/temp1 temperature_mk", 323'150},
                                  {"hwmon/unnamed.2/power1 power_uw", 65'000'000},
                                  {"hwmon/unnamed.2/power2 power_uw", 7'000'000}}));
    EXPECT_EQ(list.sensors.front().name(), "hwmon/k10temp.0/Tctl");
}

TEST_F(sensors, equal_labels_of_a_chip_are_told_apart_by_their_channels) {
    write("sys/class/hwmon/hwmon0/name", "board\n");
    for (char const* n : {"1", "2", "3"}) {
        write(std::string("sys/class/hwmon/hwmon0/temp") + n + "_input", std::string(n) + "000\n");
        write(std::string("sys/class/hwmon/hwmon0/temp") + n + "_label", "AUXTIN\n");
    }
    sensor_list list = find_hwmon(root_);
    EXPECT_EQ(read(list), (values{{"hwmon/board.0/AUXTIN.temp1 temperature_mk", 274'150},
                                  {"hwmon/board.0/AUXTIN.temp2 temperature_mk", 275'150},
                                  {"hwmon/board.0/AUXTIN.temp3 temperature_mk", 276'150}}));
}

TEST_F(sensors, a_chip_that_got_the_number_of_another_is_not_read_in_its_place) {
    namespace fs = std::filesystem;
    for (char const* device : {"cpu", "disk"}) {
        write(std::string("sys/devices/") + device + "/name", "temp\n");  // also where both have one name
        write(std::string("sys/devices/") + device + "/temp1_input", "45000\n");
    }
    fs::create_directories(root_ + "/sys/class/hwmon");
    fs::create_directory_symlink(root_ + "/sys/devices/cpu", root_ + "/sys/class/hwmon/hwmon0");
    sensor_list list = find_hwmon(root_);
    ASSERT_EQ(list.sensors.size(), 1u);
    EXPECT_TRUE(list.sensors[0].read());
    fs::remove(root_ + "/sys/class/hwmon/hwmon0");
    fs::create_directory_symlink(root_ + "/sys/devices/disk", root_ + "/sys/class/hwmon/hwmon0");
    EXPECT_FALSE(list.sensors[0].read());
    EXPECT_NE(list.sensors[0].trouble().find("not available"), std::string::npos) << list.sensors[0].trouble();
    fs::remove(root_ + "/sys/class/hwmon/hwmon0");
    fs::create_directory_symlink(root_ + "/sys/devices/cpu", root_ + "/sys/class/hwmon/hwmon0");
    EXPECT_TRUE(list.sensors[0].read()) << "the same device again";
    write("sys/devices/cpu/name", "other\n");
    EXPECT_FALSE(list.sensors[0].read());
}

TEST_F(sensors, a_temperature_below_absolute_zero_is_none) {
    write("sys/class/thermal/thermal_zone0/temp", "-274000\n");
    sensor_list list = find_thermal_zones(root_);
    EXPECT_FALSE(list.sensors.at(0).read());
    write("sys/class/thermal/thermal_zone0/temp", "-273150\n");
    EXPECT_TRUE(list.sensors.at(0).read());
}

TEST_F(sensors, a_rapl_counter_that_is_reset_counts_on_from_zero) {
    const std::string at = "sys/class/powercap/intel-rapl:0/";
    write(at + "max_energy_range_uj", "999999\n");
    write(at + "energy_uj", "400000\n");
    sensor_list list = find_rapl(root_);
    EXPECT_EQ(list.sensors.at(0).read()->value, 400'000);
    write(at + "energy_uj", "100\n");
    EXPECT_EQ(list.sensors.at(0).read()->value, 400'100) << "and not the 599,999 of a wrap more";
    write(at + "energy_uj", "900000\n");
    EXPECT_EQ(list.sensors.at(0).read()->value, 1'300'000);
    write(at + "energy_uj", "100\n");
    EXPECT_EQ(list.sensors.at(0).read()->value, 1'400'100) << "a wrap";
}

TEST_F(sensors, threads_of_a_core_share_one_counter_of_throttling) {
    for (int cpu = 0; cpu < 8; ++cpu) {
        const std::string at = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + '/';
        write(at + "thermal_throttle/core_throttle_count", "3\n");
        write(at + "thermal_throttle/package_throttle_count", "17\n");
        write(at + "topology/core_id", std::to_string(cpu % 2) + '\n');
        write(at + "topology/physical_package_id", std::to_string(cpu / 4) + '\n');
    }
    sensor_list list = find_cpufreq(root_);
    EXPECT_EQ(read(list), (values{{"throttle/cpu0/core throttle_events", 3},
                                  {"throttle/cpu0/package throttle_events", 17},
                                  {"throttle/cpu1/core throttle_events", 3},
                                  {"throttle/cpu4/core throttle_events", 3},
                                  {"throttle/cpu4/package throttle_events", 17},
                                  {"throttle/cpu5/core throttle_events", 3}}));
}

TEST_F(sensors, thermal_zones_have_temperatures) {
    write("sys/class/thermal/thermal_zone0/type", "x86_pkg_temp\n");
    write("sys/class/thermal/thermal_zone0/temp", "51000\n");
    write("sys/class/thermal/thermal_zone1/type", "x86_pkg_temp\n");
    write("sys/class/thermal/thermal_zone1/temp", "52000\n");
    write("sys/class/thermal/cooling_device0/type", "Processor\n");
    sensor_list list = find_thermal_zones(root_);
    EXPECT_EQ(read(list), (values{{"thermal/x86_pkg_temp.0 temperature_mk", 324'150},
                                  {"thermal/x86_pkg_temp.1 temperature_mk", 325'150}}));
}

TEST_F(sensors, rapl_counts_on_when_the_hardware_wraps) {
    const std::string at = "sys/class/powercap/intel-rapl:0/";
    write(at + "name", "package-0\n");
    write(at + "energy_uj", "900\n");
    write(at + "max_energy_range_uj", "999\n");
    write("sys/class/powercap/intel-rapl:0:0/name", "core\n");
    write("sys/class/powercap/intel-rapl/enabled", "1\n");
    sensor_list list = find_rapl(root_);
    const std::string package = "rapl/package-0.0 energy_uj";
    const std::string core = "rapl/core.0:0 energy_uj";
    EXPECT_EQ(read(list), (values{{package, 900}, {core, std::nullopt}}));
    for (const auto& [raw, counted] : {std::pair{"950", 950}, {"50", 1'050}, {"50", 1'050}, {"49", 1'099}}) {
        write(at + "energy_uj", raw);
        EXPECT_EQ(read(list)[package], counted);
    }
    for (char const* broken : {"1000", "-1", "", "x", "99999999999999999999"}) {
        write(at + "energy_uj", broken);
        EXPECT_EQ(read(list)[package], std::nullopt) << broken;
    }
    write(at + "energy_uj", "60");
    EXPECT_EQ(read(list)[package], 1'110);
}

TEST_F(sensors, what_only_root_may_read_says_so) {
    const std::string at = "sys/class/powercap/intel-rapl:0/energy_uj";
    write(at, "900\n");
    std::filesystem::permissions(root_ + '/' + at, std::filesystem::perms::none);
    const bool was_root = geteuid() == 0;
    if (was_root && seteuid(65'534) != 0) GTEST_SKIP() << "root can't step down here";
    sensor_list list = find_rapl(root_);
    ASSERT_EQ(list.sensors.size(), 1u);
    EXPECT_FALSE(list.sensors[0].read());
    ASSERT_TRUE(!was_root || seteuid(0) == 0);
    EXPECT_NE(list.sensors[0].trouble().find("only root may read energy"), std::string::npos)
        << list.sensors[0].trouble();
}

TEST_F(sensors, cpufreq_has_frequencies_limits_and_counts_of_throttling) {
    write("sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq", "2400000\n");
    write("sys/devices/system/cpu/cpufreq/policy0/scaling_max_freq", "3600000\n");
    write("sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "3\n");
    write("sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count", "17\n");
    write("sys/devices/system/cpu/cpu1/topology/core_id", "1\n");
    sensor_list list = find_cpufreq(root_);
    EXPECT_EQ(read(list), (values{{"cpufreq/policy0/current frequency_khz", 2'400'000},
                                  {"cpufreq/policy0/limit limit_khz", 3'600'000},
                                  {"throttle/cpu0/core throttle_events", 3},
                                  {"throttle/cpu0/package throttle_events", 17}}));
}

TEST_F(sensors, a_broken_file_is_a_reading_that_fails_and_one_that_is_mended_works_again) {
    const std::string file = "sys/class/thermal/thermal_zone0/temp";
    write(file, "45000\n");
    sensor_list list = find_thermal_zones(root_);
    ASSERT_EQ(list.sensors.size(), 1u);
    sensor& zone = list.sensors[0];
    EXPECT_TRUE(zone.read());
    const std::string endless(10'000, '1');
    for (std::string const& broken :
         {std::string(), std::string("\n"), std::string("hot"), std::string("45 000"), std::string("45.1"),
          std::string("+45"), endless, std::string("9223372036854775807")}) {
        write(file, broken);
        EXPECT_FALSE(zone.read()) << broken;
    }
    std::filesystem::remove(root_ + '/' + file);
    EXPECT_FALSE(zone.read());
    EXPECT_NE(zone.trouble().find("No such file"), std::string::npos) << zone.trouble();
    std::filesystem::create_directory(root_ + '/' + file);
    EXPECT_FALSE(zone.read());
    EXPECT_NE(zone.trouble().find("temp"), std::string::npos) << zone.trouble();
    std::filesystem::remove(root_ + '/' + file);
    write(file, "46000\n");
    const std::uint64_t before_ns = now_ns();
    const auto again = zone.read();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->value, 319'150);
    EXPECT_GE(again->time_ns, before_ns);
    EXPECT_LE(again->time_ns, now_ns());
}

#ifdef FAKE_NVML
TEST_F(sensors, nvml_is_opened_when_it_is_there) {
    for (int again = 0; again < 2; ++again) {  // initialised once at a time: the first has to shut it down
        sensor_list list = find_nvml(FAKE_NVML);
        EXPECT_EQ(read(list), (values{{"nvml/0/Fake 0/energy energy_uj", 5'000'000'000'000},
                                      {"nvml/0/Fake 0/power power_uw", 350'500'000},
                                      {"nvml/0/Fake 0/temperature temperature_mk", 333'150},
                                      {"nvml/0/Fake 0/throttled throttled", 0},
                                      {"nvml/0/Fake 0/utilisation utilisation_q16", 62'259},
                                      {"nvml/1/Fake 1/energy energy_uj", 5'000'000'000'000},
                                      {"nvml/1/Fake 1/power power_uw", std::nullopt},
                                      {"nvml/1/Fake 1/temperature temperature_mk", 334'150},
                                      {"nvml/1/Fake 1/throttled throttled", 1},
                                      {"nvml/1/Fake 1/utilisation utilisation_q16", 65'536}}));
        EXPECT_EQ(list.sensors[6].trouble(), "nvml/1/Fake 1/power: Not Supported");
    }
}

TEST_F(sensors, nvml_that_is_not_there_or_does_not_work_says_why) {
    for (auto const& [file, why] : {std::pair{"libmaxwell-no-such-nvml.so", "libmaxwell-no-such-nvml.so"},
                                    {FAKE_NVML_WITHOUT_DRIVER, "nvmlInit_v2: Driver Not Loaded"}}) {
        const sensor_list list = find_nvml(file);
        EXPECT_TRUE(list.sensors.empty());
        EXPECT_NE(list.not_available.find(why), std::string::npos) << list.not_available;
    }
}

TEST_F(sensors, nvml_that_lacks_a_function_has_the_others) {
    sensor_list list = find_nvml(FAKE_NVML_INCOMPLETE);
    values found = read(list);
    EXPECT_EQ(found.size(), 10u);
    EXPECT_EQ(found.at("nvml/0/Fake 0/temperature temperature_mk"), 333'150);
    EXPECT_EQ(found.at("nvml/0/Fake 0/throttled throttled"), std::nullopt);
    EXPECT_EQ(list.sensors[4].trouble(), "nvml/0/Fake 0/throttled: the library lacks this function");
}
#endif

TEST_F(sensors, a_recording_is_read_as_it_was_made) {
    write("step.csv", "time_ns,die:temperature_mk,power_uw\r\n5,318150,45000000\r\n100,,1\n200,319150,-2");
    sensor_list list = replay_sensors(root_ + "/step.csv");
    ASSERT_EQ(list.sensors.size(), 2u) << list.not_available;
    EXPECT_EQ(list.sensors[0].name(), "replay/die:temperature_mk");
    EXPECT_EQ(list.sensors[0].what(), quantity::temperature_mk);
    EXPECT_EQ(list.sensors[1].what(), quantity::power_uw);
    EXPECT_EQ(list.sensors[0].read(), (sample{5, 318'150}));
    EXPECT_EQ(list.sensors[0].read(), std::nullopt);
    EXPECT_NE(list.sensors[0].trouble().find("gave nothing at 100 ns"), std::string::npos);
    EXPECT_EQ(list.sensors[0].read(), (sample{200, 319'150}));
    for (int n = 0; n < 3; ++n) EXPECT_EQ(list.sensors[0].read(), std::nullopt);
    EXPECT_NE(list.sensors[0].trouble().find("has ended"), std::string::npos);
    EXPECT_EQ(list.sensors[1].read(), (sample{5, 45'000'000}));  // each reads at its own pace
    EXPECT_EQ(list.sensors[1].read(), (sample{100, 1}));
    EXPECT_EQ(list.sensors[1].read(), (sample{200, -2}));
}

TEST_F(sensors, a_broken_line_of_a_recording_stops_nothing_and_says_where_it_is) {
    write("broken.csv", "time_ns,power_uw\n10,1\n20\n30,x\n20,4\n5,5\n,6\n40,7,8\n40," + std::string(9'000, '1') +
                            "\n99999999999999999999,1\n50,9\n");
    sensor_list list = replay_sensors(root_ + "/broken.csv");
    ASSERT_EQ(list.sensors.size(), 1u) << list.not_available;
    sensor& power = list.sensors[0];
    EXPECT_EQ(power.read(), (sample{10, 1}));
    for (char const* why : std::initializer_list<char const*>{
             "line 3: there are 1 cells, not 2", "line 4: 'x' is not a number", nullptr, "line 6: the time falls",
             "line 7: '' is not a number", "line 8: there are 3 cells, not 2", "line 9: it is longer",
             "line 10: '99999999999999999999' is not a number"}) {
        const auto read = power.read();
        if (why == nullptr) {
            EXPECT_EQ(read, (sample{20, 4}));
            continue;
        }
        EXPECT_FALSE(read);
        EXPECT_NE(power.trouble().find(why), std::string::npos) << power.trouble();
    }
    EXPECT_EQ(power.read(), (sample{50, 9}));
    EXPECT_EQ(power.read(), std::nullopt);
}

TEST_F(sensors, a_file_that_is_no_recording_says_so) {
    write("empty.csv", "");
    write("head.csv", "temperature_mk,time_ns\n");
    write("unit.csv", "time_ns,temperature\n");
    write("time.csv", "time_ns\n1\n");
    for (auto const& [file, why] : {std::pair{"/missing.csv", "No such file"},
                                    {"/empty.csv", "empty"},
                                    {"/head.csv", "first line"},
                                    {"/unit.csv", "'temperature' ends in no known quantity"},
                                    {"/time.csv", "first line"},
                                    {"", "Is a directory"}}) {
        const sensor_list list = replay_sensors(root_ + file);
        EXPECT_TRUE(list.sensors.empty());
        EXPECT_NE(list.not_available.find(why), std::string::npos) << list.not_available;
    }
}

// --- what is made of readings ----------------------------------------------------------------------------------------------

TEST(readings, become_celsius_or_a_share_only_where_that_is_what_was_measured) {
    const std::optional<sample> s = sample{7, 319'150};
    EXPECT_EQ(as_celsius(quantity::temperature_mk, s)->value, milli_celsius(46'000));
    EXPECT_EQ(as_celsius(quantity::temperature_mk, s)->time_ns, 7u);
    EXPECT_FALSE(as_celsius(quantity::power_uw, s));
    EXPECT_FALSE(as_celsius(quantity::temperature_mk, std::nullopt));
    EXPECT_EQ(as_share(quantity::utilisation_q16, s)->value, 65'536u);
    EXPECT_EQ(as_share(quantity::utilisation_q16, sample{0, -1})->value, 0u);
    EXPECT_FALSE(as_share(quantity::temperature_mk, s));
}

TEST(power_meter, loses_no_energy_between_two_means) {
    power_meter energy(quantity::energy_uj);
    power_meter power(quantity::power_uw);
    EXPECT_FALSE(energy.mean() || power.mean()) << "nothing was read";
    double joules[2] = {0, 0};
    std::int64_t uj = 5'000'000;
    std::uint64_t ns = 1'000;
    std::uint64_t from[2] = {ns, ns};
    energy.take({ns, uj});
    power.take({ns, 40'000'000});
    for (int k = 0; k < 1'000; ++k) {
        const std::int64_t watts = 40 + k * 7 % 100;  // over the interval that begins here
        ns += 50'000'000 + static_cast<std::uint64_t>(k % 7) * 10'000'000;
        uj += watts * (50 + k % 7 * 10) * 1'000;
        energy.take({ns, uj});
        power.take({ns, 40'000'000});
        if (k % 5 == 3) continue;  // a mean that nobody takes is in the next one
        int i = 0;
        for (const auto mean : {energy.mean(), power.mean()}) {
            ASSERT_TRUE(mean);
            ASSERT_EQ(mean->time_ns, ns);
            joules[i] += mean->value.value / 1e3 * static_cast<double>(ns - from[i]) / 1e9;
            from[i++] = ns;
        }
    }
    EXPECT_NEAR(joules[0], static_cast<double>(uj - 5'000'000) / 1e6, .1);
    EXPECT_NEAR(joules[1], 40 * static_cast<double>(ns - 1'000) / 1e9, .1);
}

TEST(power_meter, begins_anew_where_a_counter_was_reset_and_leaves_out_what_is_not_later) {
    power_meter m(quantity::energy_uj);
    m.take({1'000'000'000, 9'000'000});
    m.take({2'000'000'000, 1'000'000});
    EXPECT_FALSE(m.mean()) << "what was counted before is lost";
    m.take({3'000'000'000, 61'000'000});
    m.take({3'000'000'000, 99'000'000});
    m.take({2'500'000'000, 99'000'000});
    EXPECT_EQ(m.mean()->value, milliwatts(60'000));
    EXPECT_FALSE(m.mean());
    power_meter none(quantity::temperature_mk);
    none.take({1, 1});
    none.take({2, 2});
    EXPECT_FALSE(none.mean());
    EXPECT_FALSE(power_meter::measures(quantity::frequency_khz));
}

/// A source that hangs when it is told to, until it is let go.
struct hanging_source {
    std::mutex mutex;
    std::condition_variable changed;
    bool hangs = false;
    int reads = 0;

    static sensor make(std::shared_ptr<hanging_source> const& s) {
        return {"it", quantity::power_uw, [s](std::string& why) -> std::optional<sample> {
                    std::unique_lock lock(s->mutex);
                    ++s->reads;
                    s->changed.notify_all();
                    s->changed.wait(lock, [&] { return !s->hangs; });
                    if (s->reads == 2) why = "the second read fails";
                    return why.empty() ? std::optional(sample{now_ns(), s->reads}) : std::nullopt;
                }};
    }
    void set(bool to) {
        const std::lock_guard lock(mutex);
        hangs = to;
        changed.notify_all();
    }
    void await_reads(int count) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return reads >= count; });
    }
};

using std::chrono::milliseconds;

TEST(polled_sensor, gives_the_newest_reading_and_says_why_there_is_none) {
    const auto source = std::make_shared<hanging_source>();
    const polled_sensor s(hanging_source::make(source), milliseconds(0));
    EXPECT_EQ(s.name(), "it");
    EXPECT_EQ(s.what(), quantity::power_uw);
    EXPECT_TRUE(s.first(milliseconds(5'000)).has_value() || s.trouble() == "the second read fails");
    source->await_reads(10);
    ASSERT_TRUE(s.newest());
    EXPECT_GE(s.newest()->value, 3);
    EXPECT_EQ(s.trouble(), "");
}

TEST(polled_sensor, a_source_that_hangs_holds_up_nobody) {
    const auto source = std::make_shared<hanging_source>();
    source->set(true);
    const auto begin = std::chrono::steady_clock::now();
    {
        const polled_sensor s(hanging_source::make(source), milliseconds(1));
        source->await_reads(1);
        EXPECT_FALSE(s.newest());
        EXPECT_FALSE(s.first(milliseconds(20)));
        EXPECT_NE(s.trouble().find("it: it has not answered for"), std::string::npos) << s.trouble();
        sensor never_waits = unblocked(hanging_source::make(source), milliseconds(1));
        EXPECT_FALSE(never_waits.read());
        EXPECT_NE(never_waits.trouble(), "");
        source->set(false);
        source->await_reads(8);
        while (!s.newest() || !s.trouble().empty()) std::this_thread::yield();
        while (!never_waits.read()) std::this_thread::yield();
        source->set(true);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(20'000)) << "destroyed while both hang";
    source->set(false);
}

}  // namespace
}  // namespace maxwell::host
