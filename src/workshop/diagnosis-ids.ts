// The ids of diagnoses that podlab itself gives.

/** A wrong answer that no diagnosis of the lab explains. */
export const undiagnosed = 'none';
/** A question that has not been answered yet. */
export const unanswered = 'unanswered';
