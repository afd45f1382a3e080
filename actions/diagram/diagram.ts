/** Frames in frames, cards in them, and arrows between both. */
export interface Architecture {
  /** The first is around all others. */
  readonly frames: readonly Frame[];
  readonly cards: readonly Card[];
  readonly arrows: readonly Arrow[];
}

export interface Frame {
  readonly id: string;
  readonly parent: string | undefined;
  readonly title: string;
  /** Second line, such as `ECS cluster`. A title wider than its cards would leave the frame around it. */
  readonly kind?: string | undefined;
}

export interface Card {
  readonly id: string;
  /** Undefined outside of AWS. */
  readonly frame: string | undefined;
  readonly title: string;
  readonly details: readonly string[];
}

/** From and to the ids of cards or frames. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** The connection exists only after a deployment. */
  readonly isDashed?: boolean;
}
