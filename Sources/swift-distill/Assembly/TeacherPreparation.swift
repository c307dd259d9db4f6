import Collectives
import Diagnostics
import Foundation
import Layers
import Models
import Tensors

/// Prepares the teacher's weights for its convolutions, which multiplies them: once per host, for all ranks of it.
struct TeacherPreparation {
    /// Bytes that were prepared, wherever they lie.
    let prepared: Int
    /// Bytes of the teacher that this rank sees in pages of the host's other ranks, too.
    let shared: Int

    /// What a rank tells the others: the first rank of a host offers its memory.
    private struct Offer: Codable {
        var host: String
        var index: HostMemory.Index?
    }

    /// The choice of algorithms must be made; ranks must have equal teachers, and none may change it from now on.
    init(_ teacher: Detector, size: (height: Int, width: Int), ranks: any Communicator) throws {
        func prepare() {
            teacher.weights.share()
            _ = teacher(Activation(Tensor(Shape(1, size.height, size.width, 3), repeating: 0)))
        }
        let before = TensorMemory.now.lasting
        if ranks.size == 1 {
            prepare()
            shared = 0
        } else {
            let publishes = ranks.local.rank == 0 && ranks.local.size > 1
            let published = publishes ? HostMemory.publish(prepare) : nil
            let offers = try TeacherPreparation.exchange(Offer(host: HostName.own, index: published?.index), ranks)
            let offer = offers.lazy.filter { $0.host == HostName.own }.compactMap(\.index).first
            if publishes {
                shared = published?.sharedBytes ?? 0
            } else if let offer {
                shared = HostMemory.adopt(offer, prepare)?.sharedBytes ?? 0
            } else {
                prepare()
                shared = 0
            }
            // Until all have them, the first rank keeps its pages within reach.
            try withExtendedLifetime(published) {
                var nothing = [0.0]
                try ranks.sum(&nothing)
            }
        }
        prepared = TensorMemory.now.lasting - before
    }

    private static func exchange(_ own: Offer, _ ranks: any Communicator) throws -> [Offer] {
        let all = try ranks.gather(Array(JSONEncoder().encode(own)))
        let offers = try all?.map { try JSONDecoder().decode(Offer.self, from: Data($0)) }.filter { $0.index != nil }
        let text = try ranks.broadcast(Array(JSONEncoder().encode(offers ?? [])))
        return try JSONDecoder().decode([Offer].self, from: Data(text))
    }
}
