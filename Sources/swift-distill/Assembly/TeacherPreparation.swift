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
    /// Bytes of the teacher that all ranks of this host have in the same pages.
    let shared: Int

    /// The first rank of a host offers its memory.
    private struct Offer: Codable {
        var host: String
        var index: HostMemory.Index?
    }

    /// What became of it on a rank.
    private struct Share: Codable {
        var host: String
        var bytes: Int
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
            let offer = Offer(host: HostName.own, index: published?.index)
            let offers = try TeacherPreparation.exchange(offer, ranks).filter { $0.host == offer.host }
            var own = published
            if !publishes {
                if let index = offers.compactMap(\.index).first {
                    own = HostMemory.adopt(index, prepare)
                } else {
                    prepare()
                }
            }
            // Until all have answered, the first rank keeps its pages within reach.
            shared = try withExtendedLifetime(published) {
                let shares = try TeacherPreparation.exchange(
                    Share(host: offer.host, bytes: own?.sharedBytes ?? 0), ranks)
                return shares.filter { $0.host == offer.host }.map(\.bytes).min() ?? 0
            }
        }
        prepared = TensorMemory.now.lasting - before
    }

    /// Every rank's word, in rank order.
    private static func exchange<Word: Codable>(_ own: Word, _ ranks: any Communicator) throws -> [Word] {
        let all = try ranks.gather(Array(JSONEncoder().encode(own)))
        let words = try all?.map { try JSONDecoder().decode(Word.self, from: Data($0)) } ?? []
        let text = try ranks.broadcast(Array(JSONEncoder().encode(words)))
        return try JSONDecoder().decode([Word].self, from: Data(text))
    }
}
