import Diagnostics
import Foundation

/// How long a rank may keep others waiting, and how long it may give no sign of life at all.
public struct StallLimits: Equatable, Sendable {
    /// Seconds without progress until a warning, while others wait.
    public var warn: Double
    /// Seconds without progress until the job is ended.
    public var abort: Double
    /// Seconds without a sign of life until a warning: a rank gives them however long its work takes.
    public var silenceWarn: Double
    /// Seconds without a sign of life until the job is ended.
    public var silenceAbort: Double

    /// Limits in seconds; silence is never waited for longer than progress.
    public init(warn: Double = 60, abort: Double = 1800, silenceWarn: Double = 10, silenceAbort: Double = 30) {
        self.warn = warn
        self.abort = abort
        self.silenceWarn = min(silenceWarn, warn)
        self.silenceAbort = min(silenceAbort, abort)
    }

    /// The limits in `SD_STALL_WARN`, `SD_STALL_ABORT`, `SD_SILENCE_WARN` and `SD_SILENCE_ABORT` (seconds), where they are
    /// set.
    public static func from(_ environment: [String: String]) throws -> StallLimits {
        func seconds(_ name: String, else standard: Double) throws -> Double {
            guard let text = environment[name], !text.isEmpty else { return standard }
            guard let value = Double(text), value > 0, value.isFinite else {
                throw Problem(
                    "\(name) is \"\(text)\", not a number of seconds above 0", remedy: "Correct or unset it",
                    exit: .environment)
            }
            return value
        }
        let standard = StallLimits()
        return StallLimits(
            warn: try seconds("SD_STALL_WARN", else: standard.warn),
            abort: try seconds("SD_STALL_ABORT", else: standard.abort),
            silenceWarn: try seconds("SD_SILENCE_WARN", else: standard.silenceWarn),
            silenceAbort: try seconds("SD_SILENCE_ABORT", else: standard.silenceAbort))
    }

    /// Seconds between two pulses: a few within the shorter limit.
    var beat: Double { min(5, max(0.1, min(silenceWarn, silenceAbort) / 4)) }
}

/// Finds out who is silent and who waits for whom, from the pulses of all ranks; knows neither clock nor MPI.
///
/// A rank that is busy for long is no stall, and neither is a rank that reports while others wait. It is a stall when
/// no pulse comes from a rank at all, or when a rank shows no progress while another waits for it.
struct StallWatch {
    /// What to tell.
    enum Finding: Equatable {
        case warning(String)
        case ending(String)
        case over(String)
    }

    private struct Entry {
        var pulse: Pulse
        var heard: Double
    }

    let limits: StallLimits
    private var entries: [Entry]
    private var warned: Set<Int> = []

    /// A watch over `ranks`, all of them last heard at `now`.
    init(limits: StallLimits, ranks: [Int], now: Double) {
        self.limits = limits
        entries = ranks.map { rank in
            let pulse = Pulse(rank: rank, host: "", phase: "start", step: 0, isWaiting: false, quiet: 0)
            return Entry(pulse: pulse, heard: now)
        }
    }

    /// Notes a pulse that came at `now`.
    mutating func hear(_ pulse: Pulse, now: Double) {
        guard let index = entries.firstIndex(where: { $0.pulse.rank == pulse.rank }) else { return }
        entries[index] = Entry(pulse: pulse, heard: now)
    }

    /// What there is to tell at `now`; each warning once, until the ranks it names go on.
    mutating func findings(now: Double) -> [Finding] {
        let hopeless = stalled(silent: limits.silenceAbort, quiet: limits.abort, now: now)
        if !hopeless.isEmpty { return [.ending(describe(hopeless, now: now))] }
        let stalled = stalled(silent: limits.silenceWarn, quiet: limits.warn, now: now)
        let names = Set(stalled.map(\.pulse.rank))
        var findings: [Finding] = []
        if !names.isSubset(of: warned) { findings.append(.warning(describe(stalled, now: now))) }
        let recovered = warned.subtracting(names)
        for entry in entries where recovered.contains(entry.pulse.rank) {
            findings.append(.over("\(Self.name(entry.pulse)) goes on"))
        }
        warned = names
        return findings
    }

    /// Ranks without a sign of life for `silence` seconds, else those that keep others waiting for `limit` seconds.
    private func stalled(silent silence: Double, quiet limit: Double, now: Double) -> [Entry] {
        let silent = entries.filter { now - $0.heard >= silence }
        if !silent.isEmpty { return silent }
        let waiting = entries.filter { $0.pulse.isWaiting && quiet($0, now) >= limit }
        // All wait, for different things: the ranks do not agree on what comes next.
        if waiting.isEmpty || waiting.count == entries.count { return entries.count > 1 ? waiting : [] }
        return entries.filter { !$0.pulse.isWaiting && quiet($0, now) >= limit }
    }

    private func quiet(_ entry: Entry, _ now: Double) -> Double { entry.pulse.quiet + now - entry.heard }

    private func describe(_ stalled: [Entry], now: Double) -> String {
        let shown = 8
        let names = Set(stalled.map(\.pulse.rank))
        var parts = stalled.prefix(shown).map { entry in
            let isSilent = now - entry.heard >= limits.silenceWarn
            let seconds = Int(isSilent ? now - entry.heard : quiet(entry, now))
            return "no \(isSilent ? "sign of life" : "progress") from \(Self.name(entry.pulse)) for \(seconds) s "
                + "(\(entry.pulse.phase), step \(entry.pulse.step))"
        }
        if stalled.count == entries.count && entries.count > 1 { parts.append("all ranks wait for each other") }
        if stalled.count > shown { parts.append("and \(stalled.count - shown) more") }
        let others = entries.filter { !names.contains($0.pulse.rank) && $0.pulse.isWaiting }
        parts += others.prefix(shown).map {
            "rank \($0.pulse.rank) waits (\($0.pulse.phase), step \($0.pulse.step))"
        }
        if others.count > shown { parts.append("\(others.count - shown) more wait") }
        return parts.joined(separator: "; ")
    }

    private static func name(_ pulse: Pulse) -> String {
        "rank \(pulse.rank)" + (pulse.host.isEmpty ? "" : " (\(pulse.host))")
    }
}
