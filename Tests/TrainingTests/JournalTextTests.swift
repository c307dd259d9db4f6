import Configuration
import Datasets
import Foundation
import Optimization
import Testing

@testable import Training

private let rates = Rates(weight: 0.1, norm: 0.2, bias: 0.3, momentum: 0.9, weightDecay: 5e-4)

@Suite struct JournalTextTests {
    @Test func theTableOfResultsBeginsWithTheReferencesColumns() {
        let table = ResultsTable(terms: ["box", "cls", "dfl"], compatibility: .current)
        let reference =
            "epoch,time,train/box_loss,train/cls_loss,train/dfl_loss,metrics/precision(B),metrics/recall(B),"
            + "metrics/mAP50(B),metrics/mAP50-95(B),val/box_loss,val/cls_loss,val/dfl_loss,lr/pg0,lr/pg1,lr/pg2"
        #expect(table.header == reference + ",fitness,grad_norm,images_per_second,skipped")
        #expect(
            ResultsTable(terms: fiveTerms.map(\.name), compatibility: .current).header == reference
                + ",train/distill_box_loss,train/distill_cls_loss,fitness,grad_norm,images_per_second,skipped")
    }

    @Test func aRowHasSixDigitsOfNumbersRoundedToFiveDecimals() {
        let names = fiveTerms.map(\.name)
        let tally = EpochTally(normSum: 6, soundSteps: 4, skippedSteps: 1, images: 160, seconds: 3)
        let report = epochReport(epoch: 1, fitness: 0.4, isBest: true, rates: rates)
        let row = ResultsTable(terms: names, compatibility: .current).row(report, terms: names, tally: tally)
        #expect(
            row == "2,25,1.23457,2.5,0.75,0.5,0.25,0.12346,0.4,1,2,3,0.1,0.2,0.3,0.5,0.25,0.4,1.5,53.3333,1")
        let older = ResultsTable(terms: names, compatibility: .v83).row(report, terms: names, tally: tally)
        #expect(older.contains(",1,2,3,0.3,0.1,0.2,"))
    }

    @Test func whatWasNotMeasuredIsNan() {
        let names = ["box", "cls", "dfl"]
        let report = epochReport(epoch: 0, fitness: nil, isBest: false, rates: rates)
        let row = ResultsTable(terms: names, compatibility: .current).row(report, terms: names, tally: EpochTally())
        #expect(row == "1,12.5,1.23457,2.5,0.75,nan,nan,nan,nan,nan,nan,nan,0.1,0.2,0.3,nan,nan,nan,0")
    }

    @Test func theProgressLineHasTheFieldsColumns() {
        var row = ProgressTable.Row(
            epoch: 3, epochs: 200, step: 7, steps: 40, residentBytes: 1_234_000_000, values: [1.23456, 0.5, 12345.6],
            instances: 42, size: [640], imagesPerSecond: 31.256, secondsLeft: 3723)
        let table = ProgressTable(terms: ["box", "cls", "dfl"], showsMetrics: false)
        #expect(
            table.header
                == "      Epoch    RSS_mem   box_loss   cls_loss   dfl_loss  Instances       Size      img/s"
                + "       left       Step")
        #expect(
            table.line(row)
                == "      3/200      1.23G      1.235        0.5  1.235e+04         42        640      31.26"
                + "    1:02:03       7/40")
        row.metrics = [0.1, 0.2, 0.3, 0.4]
        row.isBest = true
        row.size = [384, 640]
        let full = ProgressTable(terms: fiveTerms.map(\.name), showsMetrics: true)
        #expect(full.header.contains("   dfl_loss       dbox       dcls  Instances"))
        #expect(full.header.hasSuffix("      mAP50   mAP50-95"))
        #expect(full.line(row).hasSuffix("        0.3        0.4  best"))
        #expect(full.line(row).contains("        nan        nan         42    384x640"))
    }

    @Test func durationsAreReadAtAGlance() {
        #expect([0, 59.6, 3599, 36000].map(ProgressTable.duration) == ["00:00", "01:00", "59:59", "10:00:00"])
        #expect(ProgressTable.duration(.nan) == "?")
    }

    @Test func theTimeLeftFollowsFromTheStepsDone() {
        var left = TimeLeft(now: 100)
        #expect(left.estimate(stepsLeft: 5, now: 110) == nil)
        left.steps = 4
        #expect(left.estimate(stepsLeft: 6, now: 110) == 15)
    }

    @Test func aStepIsOneLineOfJSONWithNullForWhatIsNotFinite() throws {
        let run = HandDrivenRun()
        run.step()
        let line = EventLine(run: "a \"b\"\n", terms: fiveTerms.map(\.name), weights: fiveTerms.map(\.weight))
        let text = line.step(run.report(norm: .nan, values: [1, 2, 3, 4, .infinity], skipped: true))
        #expect(
            text == #"{"run":"a \"b\"\n","event":"step","epoch":1,"step":1,"#
                + #""terms":{"box":1.0,"cls":2.0,"dfl":3.0,"distill_box":4.0,"distill_cls":null},"total":16.0,"#
                + #""grad_norm":null,"lr":{"weight":0.1,"norm":0.2,"bias":0.3},"momentum":0.9,"images":8,"#
                + #""objects":21,"images_per_second":16.0,"loading_share":0.25,"agreement_share":0.0,"exposed_share":0.0,"skipped":true}"#
        )
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        #expect(object?["run"] as? String == "a \"b\"\n")
    }

    @Test func anEpochIsOneLineOfJSON() {
        let line = EventLine(run: "train", terms: ["box", "cls", "dfl"], weights: [2, 2, 2])
        let report = epochReport(epoch: 4, fitness: 0.4, isBest: true, rates: rates)
        #expect(
            line.epoch(report, EpochTally(normSum: 3, soundSteps: 2, images: 10, seconds: 4))
                == #"{"run":"train","event":"epoch","epoch":5,"seconds":62.5,"#
                + #""terms":{"box":1.234567,"cls":2.5,"dfl":0.75},"total":8.969134,"grad_norm":1.5,"#
                + #""images_per_second":2.5,"skipped":0,"agreement_share":0.0,"exposed_share":0.0,"#
                + #""metrics":{"precision":0.5,"recall":0.25,"mAP50":0.123456,"mAP50-95":0.4},"#
                + #""validation":{"box":1.0,"cls":2.0,"dfl":3.0},"fitness":0.4,"best":true,"stops":false}"#)
    }

    @Test func anEpochTellsWhetherLoadingKeptUpAndWhatItCost() {
        let line = EventLine(run: "train", terms: ["box"], weights: [1])
        var report = epochReport(epoch: 0, fitness: nil, isBest: false, rates: rates)
        report.loading.images = 4
        report.loading.seconds[LoadingStage.decode.rawValue] = 0.06
        report.loading.seconds[LoadingStage.hsv.rawValue] = 0.02
        var tally = EpochTally(images: 8, seconds: 1)
        #expect(!line.epoch(report, tally).contains("\"loading_share\":0"))
        tally.add(HandDrivenRun().report())
        tally.add(HandDrivenRun().report())
        let text = line.epoch(report, tally)
        #expect(text.contains(#""loading_share":0.125,"loading_ms_per_image":{"read":0.0,"decode":15.0,"#))
        #expect(
            LoadingLine.text(report.loading, waitingShare: tally.waitingShare)
                == "data: steps waited 12 % of their time; 20.0 ms of a loading thread per image: decode 75 %, hsv 25 %"
        )
        #expect(LoadingLine.text(LoadingTimes.Sums(), waitingShare: 0) == nil)
    }

    @Test func theSummaryNamesTheBestEpochAndTheFiles() {
        var progress = Training.Progress(epochs: 9, patience: 2)
        progress.epoch = 5
        progress.seconds = 5400
        progress.skipped = 3
        _ = progress.stopping.observe(0.4, epoch: 3)
        let files = [(name: "Best weights", path: "runs/t/weights/best.safetensors")]
        func text(_ ending: Ending) -> String {
            RunSummary(ending: ending, progress: progress, run: "runs/t", files: files).text
        }
        let body = """
            5 epochs completed in 1.500 hours.
            Best: epoch 3 with fitness 0.40000
            Best weights: runs/t/weights/best.safetensors
            Skipped steps: 3, because something was not finite
            """
        #expect(text(.finished) == body)
        #expect(text(.stoppedEarly) == "EarlyStopping: no improvement in the last 2 epochs\n" + body)
        let request = "Stopped on request after step 0 of epoch 6. To continue: resume=runs/t\n"
        #expect(text(.stoppedOnRequest) == request + body)
    }
}
