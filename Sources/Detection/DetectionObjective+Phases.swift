import Distillation
import Models

extension DetectionObjective {
    /// What all shards must agree on before the second phase; added up over shards.
    public struct Counts: Equatable, Sendable {
        /// Sum of the target scores: normaliser of the detection terms.
        public var scoreSum: Double
        /// Rows compared with the teacher: normaliser of the distillation terms.
        public var rows: Double
        /// Images: factor of the total.
        public var images: Double
        /// Labelled objects.
        public var objects: Double

        /// Four counts; 0 for what is left out.
        public init(scoreSum: Double = 0, rows: Double = 0, images: Double = 0, objects: Double = 0) {
            self.scoreSum = scoreSum
            self.rows = rows
            self.images = images
            self.objects = objects
        }

        /// For the control vector: `init(values:)` reads what `values` writes.
        public var values: [Double] { [scoreSum, rows, images, objects] }

        /// - Parameter values: four numbers in the order of `values`.
        public init(values: [Double]) {
            precondition(values.count == 4, "\(values.count) counts")
            self.init(scoreSum: values[0], rows: values[1], images: values[2], objects: values[3])
        }

        /// Count by count.
        public static func + (a: Counts, b: Counts) -> Counts {
            Counts(values: zip(a.values, b.values).map(+))
        }
    }

    /// What the first phase found out about one shard.
    public struct Preparation {
        /// The student's answers.
        public let learned: Predictions
        /// The teacher's answers.
        public let taught: Predictions?
        /// What each anchor shall predict.
        public let assignment: Assignment
        /// Rows to compare with the teacher.
        public let selection: Selection?
        let objectCount: Int

        /// This shard's counts.
        public var counts: Counts {
            Counts(
                scoreSum: assignment.scoreSum, rows: Double(selection?.count ?? 0), images: Double(learned.imageCount),
                objects: Double(objectCount))
        }
    }

    /// What the second phase says about one shard.
    public struct Judgement {
        /// A term that is not a finite number for an image.
        public struct NonFinite: Equatable, Sendable {
            /// Which term.
            public var term: TermName
            /// 0-based image of the shard.
            public var image: Int
        }

        /// This shard's part of every term: values add up over shards.
        public let terms: [Term]
        /// Derivative of the total by the student's predictions.
        public let gradient: PredictionsGradient
        /// Where a value is NaN or infinite; empty in a healthy step.
        public let nonFinite: [NonFinite]

        init(equation: Equation, termNames: [TermName], imageValues: [[Double]], gradient: PredictionsGradient) {
            var sums = [Double](repeating: 0, count: termNames.count)
            var nonFinite: [NonFinite] = []
            for (image, values) in imageValues.enumerated() {
                for (index, value) in values.enumerated() {
                    sums[index] += value
                    if !value.isFinite { nonFinite.append(NonFinite(term: termNames[index], image: image)) }
                }
            }
            terms = equation.terms(sums)
            self.gradient = gradient
            self.nonFinite = nonFinite
        }
    }
}
