import Checkpoints
import Diagnostics
import Foundation

/// `model_registry/distilled` under a root: the students that runs hand over.
///
/// `latest` is what the last run made, `previous` the one before, `best` the best one on its validation images. Each
/// result is kept beside them under its run's name and time; the folders of one result share its files. Each folder
/// changes as a whole, by renaming.
struct Registry {
    /// `…/model_registry/distilled`.
    let path: String

    /// Places that a kept result can have as well.
    enum Place: String, CaseIterable, Sendable { case latest, previous, best }

    init(root: String) { path = root + "/model_registry/distilled" }

    func folder(_ place: Place) -> String { "\(path)/\(place.rawValue)" }

    /// What is in a place.
    func result(in place: Place) -> KeptResult? { KeptResult(folder(place)) }

    /// The kept results, the newest first.
    var kept: [KeptResult] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { Place(rawValue: $0) == nil && !FolderReplacement.isUnfinished($0) }
            .compactMap { KeptResult("\(path)/\($0)") }
            .sorted { ($0.card.date, $0.name) > ($1.card.date, $1.name) }
    }

    /// Throws when a result could not be put here; leaves nothing behind.
    ///
    /// - Throws: `Problem` of exit code `cannotCreate`.
    func check() throws {
        try FolderProbe.check(path) { Registry.cannotMake($0, $1, exit: .cannotCreate) }
    }

    private static func cannotMake(_ folder: String, _ reason: String, exit: ExitCode) -> Problem {
        Problem(
            "the folder of results cannot be made: \(reason)", file: folder,
            remedy: "Make it writable, or set `registry` to a folder that is", exit: exit)
    }

    /// Takes in the result of a run: keeps it, makes it the latest, and the best where it is.
    ///
    /// Of a finished run that is started again everything is there already, and nothing changes.
    ///
    /// - Parameters:
    ///   - files: `model.safetensors` first, and the others beside the card.
    ///   - limit: results that stay beside those in use, 0 for all.
    /// - Returns: what the user should know, a line each.
    /// - Throws: `Problem` when the folder cannot be written; the results before then stay.
    func take(_ files: [(name: String, bytes: [UInt8])], card: ModelCard, limit: Int) throws -> [String] {
        try FolderProbe.make(path) { Registry.cannotMake($0, $1, exit: .inputOutput) }
        let lock = RegistryLock(path)
        return try withExtendedLifetime(lock) {
            FolderReplacement.removeAbandoned(in: path)
            // Before they are pushed out by this one.
            for place in [Place.latest, .previous] { try adopt(place) }
            let own = try keep(files, card)
            if result(in: .latest).map({ !$0.isSame(as: own) }) ?? true { try place(own, as: .latest) }
            let note = try crown(own)
            let pruned = limit > 0 ? try remove(beyond: limit) : []
            return [note] + (pruned.isEmpty ? [] : ["registry: removed \(pruned.joined(separator: ", "))"])
        }
    }

    /// Keeps a result that a version of before has put into a place alone.
    private func adopt(_ place: Place) throws {
        guard let result = result(in: place), !kept.contains(where: { $0.isSame(as: result) }) else { return }
        _ = try keep(under: result.card) { folder in
            for file in result.files { try linkDurably("\(result.path)/\(file)", to: "\(folder)/\(file)") }
        }
    }

    private func keep(_ files: [(name: String, bytes: [UInt8])], _ card: ModelCard) throws -> KeptResult {
        if let known = kept.first(where: { $0.card.run == card.run && $0.card.weightsDigest == card.weightsDigest }) {
            return known
        }
        let path = try keep(under: card) { folder in
            for file in files { try writeDurably(file.bytes, to: "\(folder)/\(file.name)") }
            try writeDurably(try card.json(), to: "\(folder)/\(KeptResult.cardName)")
        }
        guard let result = KeptResult(path) else {
            throw Problem("cannot be read back", file: path, remedy: "Check the disk", exit: .inputOutput)
        }
        return result
    }

    private func keep(under card: ModelCard, _ fill: (String) throws -> Void) throws -> String {
        let time = card.date.filter { $0.isNumber || $0 == "T" }.replacing("T", with: "-")
        let name = "\(card.run ?? "run")-\(time)"
        // Two of one second.
        let free = (1...).lazy.map { $0 == 1 ? name : "\(name)-\($0)" }
            .first { !FileManager.default.fileExists(atPath: "\(path)/\($0)") }
        let folder = "\(path)/\(free ?? name)"
        try replacing(folder) { try FolderReplacement(path: folder).replace(fill) }
        return folder
    }

    /// Gives a kept result a place.
    ///
    /// - Throws: `Problem` when the folder cannot be written; what is in the place stays.
    func place(_ result: KeptResult, as place: Place) throws {
        let target = folder(place)
        let previous = place == .latest ? folder(.previous) : nil
        try replacing(target) {
            try FolderReplacement(path: target, previous: previous).replace { folder in
                for file in result.files { try linkDurably("\(result.path)/\(file)", to: "\(folder)/\(file)") }
            }
        }
    }

    private func replacing(_ folder: String, _ body: () throws -> Void) throws {
        do { try body() } catch let problem as Problem { throw problem } catch {
            throw Problem(
                "the result cannot be written: \(error.localizedDescription)", file: folder,
                remedy: "Make the folder writable, or set `registry`", exit: .inputOutput)
        }
    }

    /// Makes a result the best where it is, and tells.
    private func crown(_ own: KeptResult) throws -> String {
        // By the name that it is kept under.
        let held = result(in: .best).map { held in kept.first { $0.isSame(as: held) } ?? held }
        let best = held ?? kept.filter { $0.contest == own.contest }.max { $1.isBetter(than: $0) }
        if let best, best.contest != own.contest {
            return "best so far: \(best.title), on other validation images or by another metric; this one: "
                + "swift-distill registry promote \(own.name)"
        }
        let winner = best.map { own.isBetter(than: $0) ? own : $0 } ?? own
        guard winner.card.fitness != nil else { return "best so far: none that was validated" }
        if held.map({ !$0.isSame(as: winner) }) ?? true { try place(winner, as: .best) }
        return "best so far: \(winner.isSame(as: own) ? "this one" : winner.title)"
    }

    /// Removes the oldest results beyond a number; those in a place stay, and the best on each kind of validation images.
    ///
    /// - Returns: names of what was removed.
    /// - Throws: `Problem` when one cannot be removed.
    func prune(keeping limit: Int) throws -> [String] {
        let lock = RegistryLock(path)
        return try withExtendedLifetime(lock) { try remove(beyond: limit) }
    }

    private func remove(beyond limit: Int) throws -> [String] {
        let kept = kept
        let contests = Dictionary(grouping: kept, by: \.contest).values
        let needed = Place.allCases.compactMap(result) + contests.compactMap { $0.max { $1.isBetter(than: $0) } }
        let removed = kept.dropFirst(limit).filter { result in !needed.contains { $0.isSame(as: result) } }
        for result in removed {
            // Renamed first: half a result is none.
            let gone = "\(result.path).\(getpid()).tmp"
            try replacing(result.path) {
                try FileManager.default.moveItem(atPath: result.path, toPath: gone)
                try FileManager.default.removeItem(atPath: gone)
            }
        }
        return removed.map(\.name)
    }
}

extension KeptResult {
    /// Name and fitness for a line of text.
    var title: String { name + (card.fitness.map { String(format: " (fitness %.5f)", $0) } ?? "") }
}
