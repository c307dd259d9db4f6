import Testing

@testable import Collectives

@Suite struct StallWatchTests {
    private static func pulse(_ rank: Int, waiting: Bool, quiet: Double = 0) -> Pulse {
        Pulse(rank: rank, host: "h\(rank)", phase: "backward", step: 9, isWaiting: waiting, quiet: quiet)
    }

    private static func watch(_ ranks: Int) -> StallWatch {
        StallWatch(limits: StallLimits(warn: 10, abort: 100), ranks: Array(0..<ranks), now: 0)
    }

    @Test func aRankThatKeepsOthersWaitingIsNamedOnceAndEndsTheJobInTheEnd() {
        var watch = Self.watch(3)
        func hear(_ now: Double) {
            watch.hear(Self.pulse(0, waiting: true, quiet: now), now: now)
            watch.hear(Self.pulse(1, waiting: false, quiet: now + 1), now: now)
            watch.hear(Self.pulse(2, waiting: true, quiet: now), now: now)
        }
        hear(9)
        #expect(watch.findings(now: 9) == [])
        hear(11)
        let expected =
            "no progress from rank 1 (h1) for 12 s (backward, step 9); rank 0 waits (backward, step 9);"
            + " rank 2 waits (backward, step 9)"
        #expect(watch.findings(now: 11) == [.warning(expected)])
        hear(12)
        #expect(watch.findings(now: 12) == [])
        hear(101)
        guard case .ending(let text)? = watch.findings(now: 101).first else {
            Issue.record("the job is not ended")
            return
        }
        #expect(text.contains("rank 1 (h1) for 102 s"))
    }

    @Test func aRankThatGoesOnIsTold() {
        var watch = Self.watch(2)
        watch.hear(Self.pulse(0, waiting: true, quiet: 20), now: 20)
        watch.hear(Self.pulse(1, waiting: false, quiet: 20), now: 20)
        #expect(watch.findings(now: 20).count == 1)
        watch.hear(Self.pulse(1, waiting: false), now: 21)
        #expect(watch.findings(now: 21) == [.over("rank 1 (h1) goes on")])
        #expect(watch.findings(now: 22) == [])
    }

    @Test func longWorkThatReportsOrThatNobodyWaitsForIsNoStall() {
        var watch = Self.watch(2)
        watch.hear(Self.pulse(0, waiting: true, quiet: 5000), now: 20)
        watch.hear(Self.pulse(1, waiting: false, quiet: 3), now: 20)
        #expect(watch.findings(now: 20) == [])
        watch.hear(Self.pulse(0, waiting: false, quiet: 5000), now: 30)
        watch.hear(Self.pulse(1, waiting: false, quiet: 5000), now: 30)
        #expect(watch.findings(now: 30) == [])
    }

    @Test func aRankWithoutPulseIsNamedEvenWhenItWaited() {
        var watch = Self.watch(2)
        watch.hear(Self.pulse(0, waiting: false), now: 15)
        watch.hear(Self.pulse(1, waiting: true), now: 5)
        #expect(watch.findings(now: 15) == [.warning("no sign of life from rank 1 (h1) for 10 s (backward, step 9)")])
    }

    @Test func silenceHasShorterLimitsThanWorkWithoutProgress() {
        var watch = StallWatch(limits: StallLimits(), ranks: [0, 1], now: 0)
        // Files that come slowly, or a long measurement: it says nothing new, but it lives.
        for now in stride(from: 2.0, through: 58, by: 2) {
            watch.hear(Self.pulse(0, waiting: true, quiet: now), now: now)
            watch.hear(Self.pulse(1, waiting: false, quiet: now), now: now)
            #expect(watch.findings(now: now) == [])
        }
        watch.hear(Self.pulse(0, waiting: true, quiet: 68), now: 68)
        #expect(
            watch.findings(now: 68) == [
                .warning(
                    "no sign of life from rank 1 (h1) for 10 s (backward, step 9);"
                        + " rank 0 waits (backward, step 9)")
            ])
        watch.hear(Self.pulse(0, waiting: true, quiet: 88), now: 88)
        guard case .ending(let text)? = watch.findings(now: 88).first else {
            Issue.record("the job is not ended")
            return
        }
        #expect(text.contains("no sign of life from rank 1 (h1) for 30 s"))
    }

    @Test func ranksThatAllWaitForEachOtherAreTold() {
        var watch = Self.watch(2)
        for rank in 0..<2 { watch.hear(Self.pulse(rank, waiting: true, quiet: 11), now: 20) }
        guard case .warning(let text)? = watch.findings(now: 20).first else {
            Issue.record("no warning")
            return
        }
        #expect(text.contains("rank 0") && text.contains("rank 1") && text.contains("all ranks wait for each other"))
    }

    @Test func noticesSurviveTheirWay() {
        let notices: [Notice] = [
            .pulse(Self.pulse(3, waiting: true, quiet: 1.25)), .failure(text: "Größe: zu\nlang\t…", code: 65),
        ]
        for notice in notices { #expect(Notice(notice.bytes) == notice) }
        let long = Notice.failure(text: String(repeating: "ü", count: 5000), code: 1).bytes
        #expect(long.count == Notice.capacity && Notice(long) != nil)
        #expect(Notice([]) == nil && Notice([1, 2, 3, 255]) == nil)
    }
}
