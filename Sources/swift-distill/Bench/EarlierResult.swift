import Diagnostics
import Foundation

/// What an earlier `bench --json` measured, as far as it can be compared.
struct EarlierResult: Decodable {
    let program: String
    let processor: String
    let settings: BenchSettings
    let stepMsPerImage: Double
    let teacherMsPerImage: Double
    let studentMsPerImage: Double
    /// Nil when it was measured without one.
    let profile: StepProfile?

    /// Of the JSON that `bench` writes; changes when the meaning of a number does.
    static let format = 2
    /// More than any result has.
    private static let sizeLimit = 64 << 20

    private enum Keys: String, CodingKey {
        case program, processor, stepMsPerImage, teacherMsPerImage, studentMsPerImage, profile
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Keys.self)
        program = try values.decode(String.self, forKey: .program)
        processor = try values.decode(String.self, forKey: .processor)
        stepMsPerImage = try values.decode(Double.self, forKey: .stepMsPerImage)
        teacherMsPerImage = try values.decode(Double.self, forKey: .teacherMsPerImage)
        studentMsPerImage = try values.decode(Double.self, forKey: .studentMsPerImage)
        profile = try values.decodeIfPresent(StepProfile.self, forKey: .profile)
        settings = try BenchSettings(from: decoder)
    }

    /// - Throws: `Problem` when the file cannot be read or is not what `bench --json` of this version writes.
    init(file: String) throws {
        self = try Problem.within(file) { try EarlierResult(json: EarlierResult.bytes(of: file)) }
    }

    /// - Throws: `Problem` when the bytes are not what `bench --json` of this version writes.
    init(json: Data) throws {
        struct Head: Decodable {
            let format: Int?
            let stepMsPerImage: Double?
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let again = "Write one with `swift-distill bench --json >FILE`"
        guard let head = try? decoder.decode(Head.self, from: json), head.stepMsPerImage != nil else {
            throw Problem("is no result of `bench --json`", remedy: again)
        }
        guard head.format == EarlierResult.format else {
            throw Problem(
                "has format \(head.format.map(String.init) ?? "0") where this program writes \(EarlierResult.format)",
                remedy: "Compare results of one version, or measure again: \(again)")
        }
        do {
            self = try decoder.decode(EarlierResult.self, from: json)
        } catch {
            throw Problem("lacks numbers of a result of `bench --json`", remedy: again)
        }
        // Ratios of them are taken.
        guard [stepMsPerImage, teacherMsPerImage, studentMsPerImage].allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw Problem("has a time that is not above 0", remedy: again)
        }
    }

    private static func bytes(of file: String) throws -> Data {
        let path = URL(filePath: file).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let attributes else { throw Problem("does not exist", remedy: "Check the path", exit: .missingInput) }
        guard attributes[.type] as? FileAttributeType == .typeRegular else {
            throw Problem("is not a file", remedy: "Give what `bench --json` wrote", exit: .missingInput)
        }
        guard (attributes[.size] as? Int ?? 0) <= sizeLimit else {
            throw Problem("is too large for a result of `bench --json`", remedy: "Check the path")
        }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw Problem("cannot be read", remedy: "Check the permissions", exit: .missingInput)
        }
        return data
    }

    /// - Throws: `Problem` when this result has other settings than what it shall be compared with.
    func refuse(unlike other: BenchSettings, file: String) throws {
        let differences = settings.differences(from: other)
        guard differences.isEmpty else {
            throw Problem(
                "was measured with \(differences.joined(separator: ", "))", file: file,
                remedy: "Only equal work can be compared; measure with its settings: \(settings.command)",
                exit: .commandLine)
        }
    }
}
