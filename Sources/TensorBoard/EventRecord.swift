import SwiftProtobuf

/// Records of an event file, as TensorBoard reads them: messages of `event.proto`, framed as TFRecord does.
public enum EventRecord {
    /// What every file begins with.
    ///
    /// - Parameter time: seconds since 1970.
    public static func version(time: Double) -> [UInt8] {
        var event = Tensorboard_Event()
        event.wallTime = time
        event.fileVersion = "brain.Event:2"
        return framed(event)
    }

    /// Says that a run goes on: what earlier files have from `step` on is forgotten.
    public static func start(step: Int, time: Double) -> [UInt8] {
        var event = Tensorboard_Event()
        event.wallTime = time
        event.step = Int64(step)
        event.sessionLog.status = .start
        return framed(event)
    }

    /// Numbers of one step, each under its tag.
    public static func scalars(_ values: [(tag: String, value: Double)], step: Int, time: Double) -> [UInt8] {
        var event = Tensorboard_Event()
        event.wallTime = time
        event.step = Int64(step)
        event.summary.value = values.map { tag, value in
            var entry = Tensorboard_Summary.Value()
            entry.tag = tag
            entry.simpleValue = Float(value)
            return entry
        }
        return framed(event)
    }

    /// The name of a file that is begun now.
    public static func fileName(seconds: Int, host: String, process: Int) -> String {
        "\(filePrefix)\(seconds).\(host).\(process).0"
    }

    /// What the names of all event files begin with.
    public static let filePrefix = "events.out.tfevents."

    private static func framed(_ event: Tensorboard_Event) -> [UInt8] {
        // These messages have no required fields and no extensions, which alone could fail.
        guard let data: [UInt8] = try? event.serializedBytes() else {
            preconditionFailure("an event cannot be written")
        }
        let length = littleEndian(UInt64(data.count))
        return length + littleEndian(MaskedChecksum.of(length)) + data + littleEndian(MaskedChecksum.of(data))
    }

    private static func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
