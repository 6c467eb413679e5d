/** Resources, Subscriptions. */
export const RESOURCE_UPDATED = "notifications/resources/updated";

/** Revision 2025-11-25, Elicitation, Completion Notifications for URL Mode Elicitation. */
export const ELICITATION_COMPLETE = "notifications/elicitation/complete";
