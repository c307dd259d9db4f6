import CHost
import Foundation
import TestSupport
import Testing

@Suite struct HostTests {
    @Test func coresAreCountedFromTheAffinityMask() {
        var list = [Int32](repeating: -1, count: 8192)
        let count = Int(chost_allowed_core_list(&list, 8192))
        #expect(count >= 1 && count == Int(chost_allowed_cores()))
        #expect(Set(list[..<count]).count == count && list[..<count].allSatisfy { $0 >= 0 })
        #expect((1...Int(chost_allowed_cores())).contains(Int(chost_physical_cores())))
        #expect(chost_core_quota() >= 0)
    }

    @Test func aMaskOfOneCoreIsSeen() throws {
        var list = [Int32](repeating: -1, count: 1)
        #expect(chost_allowed_core_list(&list, 1) == 1)
        // util-linux is on every system that Swift runs on.
        let run = try ProgramRun.start(["taskset", "-c", "\(list[0])", ProgramRun.check, "cores"])
        #expect(run.output == "1 of 1\n", "\(run)")
    }

    @Test func memoryAndDisksHavePlausibleSizes() {
        let resident = chost_resident_bytes()
        #expect(resident > 1 << 20 && chost_peak_resident_bytes() > 1 << 20)
        #expect(chost_available_bytes() > 1 << 20)
        #expect(chost_free_disk_bytes("/") > 0 && chost_free_disk_bytes("/no/such/place") == -1)
        #expect(chost_is_network_disk("/proc") == 0 && chost_is_network_disk("/no/such/place") == -1)
    }

    @Test func clocksOnlyGoForward() {
        let (time, cpu) = (chost_seconds(), chost_cpu_seconds())
        usleep(2000)
        #expect(chost_seconds() >= time + 0.002 && chost_cpu_seconds() >= cpu && cpu > 0)
    }

    @Test func thisCPUHasWhatTheKernelsNeed() {
        #expect(String(cString: chost_missing_cpu_features()).isEmpty)
    }

    @Test func aSecondTerminationEndsAtOnce() throws {
        let run = try ProgramRun.start([ProgramRun.check, "deaf"]) { process, output in
            ProgramRun.wait { output().contains("running") }
            kill(process, SIGINT)
            ProgramRun.wait { output().contains("asked") }
            kill(process, SIGTERM)
        }
        #expect(run.code == 128 + SIGTERM && run.output.contains("asked by SIGINT"), "\(run)")
    }
}
