import CHost
import CMPI

/// Sends and receives notices; used by the MPI thread only.
///
/// Ranks tell rank 0 how they are, and rank 0 tells everybody how it is.
final class NoticeChannel {
    private struct Outgoing {
        var request = cmpi_request()
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: Notice.capacity)
    }

    private let peers: [Int]
    private let beat: Double
    private var nextBeat = 0.0
    private var outgoing: [Outgoing]
    private var incoming = cmpi_request()
    private let inbox = UnsafeMutablePointer<UInt8>.allocate(capacity: Notice.capacity)
    private var isReceiving = false

    /// The channel of `rank` among `size`, with a pulse every `beat` seconds.
    init(rank: Int, size: Int, beat: Double) {
        peers = size == 1 ? [] : rank == 0 ? Array(1..<size) : [0]
        self.beat = beat
        outgoing = peers.map { _ in Outgoing() }
    }

    deinit {
        for item in outgoing { item.bytes.deallocate() }
        inbox.deallocate()
    }

    /// Sends a pulse when one is due.
    func beatIfDue(_ pulse: () -> Pulse) {
        let now = chost_seconds()
        guard !peers.isEmpty, now >= nextBeat else { return }
        nextBeat = now + beat
        send(.pulse(pulse()))
    }

    /// Sends to all peers; one that has not taken the last notice yet is left out.
    func send(_ notice: Notice) {
        let bytes = notice.bytes
        for (index, peer) in peers.enumerated() {
            var isFree: Int32 = 0
            guard cmpi_test(&outgoing[index].request, &isFree) == 0, isFree == 1 else { continue }
            outgoing[index].bytes.update(from: bytes, count: bytes.count)
            _ = cmpi_send(outgoing[index].bytes, Int32(bytes.count), Int32(peer), &outgoing[index].request)
        }
    }

    /// Everything that has come since the last call.
    func received() -> [Notice] {
        guard !peers.isEmpty else { return [] }
        var notices: [Notice] = []
        while true {
            if !isReceiving {
                inbox.initialize(repeating: 0, count: Notice.capacity)
                guard cmpi_receive(inbox, Int32(Notice.capacity), &incoming) == 0 else { return notices }
                isReceiving = true
            }
            var hasCome: Int32 = 0
            guard cmpi_test(&incoming, &hasCome) == 0, hasCome == 1 else { return notices }
            isReceiving = false
            let bytes = Array(UnsafeBufferPointer(start: inbox, count: Notice.capacity))
            if let notice = Notice(bytes) { notices.append(notice) }
        }
    }

    /// Stops receiving; what still comes is lost.
    func close() {
        if isReceiving { _ = cmpi_cancel(&incoming) }
        isReceiving = false
    }
}
