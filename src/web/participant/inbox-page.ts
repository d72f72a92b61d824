// What a seat's page is told of its workshop.

import { wordsOf } from '../../report/inbox.ts';
import type { Notice } from '../../report/notice.ts';
import { sanitizeLine } from '../../workshop/sanitize.ts';
import type { SeatInbox } from './desk.ts';

export interface InboxPage {
  readonly notices: readonly { readonly number: number; readonly kind: Notice['kind']; readonly text: string }[];
  readonly isHandUp: boolean;
  /** Milliseconds until the workshop closes, negative after that; undefined when it has no end. */
  readonly closesInMs: number | undefined;
}

export function inboxPage({ inbox, isHandUp, now }: SeatInbox): InboxPage {
  return {
    notices: inbox.notices.map((notice) => ({
      number: notice.number,
      kind: notice.kind,
      text: sanitizeLine(wordsOf(notice)),
    })),
    isHandUp,
    closesInMs: inbox.closesAt === 0 ? undefined : inbox.closesAt - now,
  };
}
