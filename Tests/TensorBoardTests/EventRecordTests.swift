import Foundation
import Testing

@testable import TensorBoard

@Suite struct EventRecordTests {
    /// Known answers of RFC 3720, B.4.
    @Test func checksumsAreCastagnolis() {
        #expect(MaskedChecksum.crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(MaskedChecksum.crc32c([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(MaskedChecksum.crc32c(Array(0..<32)) == 0x46DD_794E)
        #expect(MaskedChecksum.crc32c(Array("123456789".utf8)) == 0xE306_9283)
    }

    @Test func aRecordIsFramedByLengthAndMaskedChecksums() throws {
        let record = EventRecord.scalars([(tag: "lr/pg0", value: 0.5)], step: 3, time: 7)
        let length = record[0..<8].enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        #expect(record.count == length + 16)
        let body = Array(record[12..<12 + length])
        func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
            bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        #expect(number(record[8..<12]) == MaskedChecksum.of(Array(record[0..<8])))
        #expect(number(record[(12 + length)...]) == MaskedChecksum.of(body))
        let event = try Tensorboard_Event(serializedBytes: body)
        #expect(event.step == 3 && event.wallTime == 7)
        #expect(event.summary.value.map(\.tag) == ["lr/pg0"] && event.summary.value[0].simpleValue == 0.5)
    }

    @Test func aFileBeginsWithItsVersion() throws {
        let record = EventRecord.version(time: 1)
        let event = try Tensorboard_Event(serializedBytes: Array(record[12..<(record.count - 4)]))
        #expect(event.fileVersion == "brain.Event:2")
        #expect(EventRecord.fileName(seconds: 9, host: "node", process: 4) == "events.out.tfevents.9.node.4.0")
    }
}
